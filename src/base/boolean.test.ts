import { describe, expect, it } from "vitest";
import { parseBoolean } from "./boolean.ts";

describe("parseBoolean", () => {
  it("reads yes and no in six spellings, in either case", () => {
    expect(["true", "YES", " 1 "].map(parseBoolean)).toEqual([true, true, true]);
    expect(["False", "no", "0"].map(parseBoolean)).toEqual([false, false, false]);
  });

  it.each(["", "on", "off", "2", "truee", "null"])("refuses %j", (text) => {
    expect(() => parseBoolean(text)).toThrow(expect.objectContaining({ code: "boolean.invalid" }));
  });
});
