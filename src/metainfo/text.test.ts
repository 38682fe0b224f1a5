import { describe, expect, it } from "vitest";
import { latin1, utf8 } from "../base/index.ts";
import { textReader } from "./text.ts";

describe("textReader", () => {
  it("reads UTF-8 as it is, with any encoding named", () => {
    expect(textReader("GBK")(utf8("日本 é"))).toBe("日本 é");
  });

  it("reads bytes that are not UTF-8 in the named encoding", () => {
    expect(textReader("Shift_JIS")(latin1("\x93\xfa\x96\x7b"))).toBe("日本");
    expect(textReader("windows-1251")(latin1("\xcc\xe8\xf0"))).toBe("Мир");
  });

  it.each([undefined, "UTF-8", "no such encoding", "x".repeat(1000)])(
    "falls back to windows-1252 for the encoding %s",
    (label) => {
      expect(textReader(label)(latin1("caf\xe9"))).toBe("café");
    },
  );

  it("reads each of many names as itself, though they share first and last bytes", () => {
    const read = textReader(undefined);
    const names = ["a1z", "a2z", "a1z", "aéz", "a1z", "", "x".repeat(100), ""];
    expect(names.map((name) => read(utf8(name)))).toEqual(names);
  });
});
