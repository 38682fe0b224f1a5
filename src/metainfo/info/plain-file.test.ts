import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { utf8 } from "../../base/index.ts";
import { decode, encode } from "../../bencode/index.ts";
import type { BInput } from "../../bencode/index.ts";
import { FileReader } from "./info-v1.ts";
import { MAX_PATH_COMPONENTS } from "../limits.ts";
import { PlainFileScanner } from "./plain-file.ts";
import type { RawFile } from "./raw-file.ts";
import { textReader } from "../text.ts";

interface Scanned {
  readonly file: Pick<RawFile, "components" | "length">;
  readonly end: number;
  readonly tokens: number;
}

function scan(bytes: Uint8Array, at = 0): Scanned | undefined {
  const text = textReader(undefined);
  const files: Scanned["file"][] = [];
  const scanner = new PlainFileScanner((from, { length, count, starts, ends }) => {
    expect(from).toBe(bytes);
    files.push({
      length,
      components: Array.from({ length: count }, (_, i) => text.range(bytes, starts[i] ?? 0, ends[i] ?? 0)),
    });
  });
  const taken = scanner.take(bytes, at);
  expect(files).toHaveLength(taken ? 1 : 0);
  const [file] = files;
  return file === undefined ? undefined : { file, end: scanner.end, tokens: scanner.tokens };
}

describe("PlainFileScanner", () => {
  it("reads what the decoder reads, wherever it stands", () => {
    const name = fc.string({ unit: "binary", maxLength: 30 });
    fc.assert(
      fc.property(
        fc.nat({ max: 2 ** 40 }),
        fc.array(name, { minLength: 1, maxLength: 5 }),
        fc.nat({ max: 5 }),
        (length, path, before) => {
          const file = encode({ length, path });
          const bytes = new Uint8Array(before + file.length + 3);
          bytes.set(file, before);
          const reader = new FileReader(textReader(undefined));
          reader.add(decode(file));
          const { components } = reader.files[0] ?? {};
          expect(scan(bytes, before)).toEqual({
            file: { length, components },
            end: before + file.length,
            tokens: 5 + path.length,
          });
        },
      ),
    );
  });

  it.each<[string, BInput]>([
    ["more keys", { attr: "x", length: 1, path: ["a"] }],
    ["more keys behind", { length: 1, path: ["a"], sha1: "x" }],
    ["no path", { length: 1 }],
    ["an empty path", { length: 1, path: [] }],
    ["a path that is no list of strings", { length: 1, path: ["a", 1] }],
    ["a negative length", { length: -1, path: ["a"] }],
    ["a length beyond the safe integers", { length: 2n ** 63n, path: ["a"] }],
    ["too many components", { length: 1, path: Array.from({ length: MAX_PATH_COMPONENTS + 1 }, () => "a") }],
    ["what is no dictionary", [1]],
  ])("leaves %s to the decoder", (_what, value) => {
    expect(scan(encode(value))).toBeUndefined();
  });

  it.each([
    "d6:lengthi01e4:pathl1:aee",
    "d6:lengthi1e4:pathl01:aee",
    "d6:lengthie4:pathl1:aee",
    "d6:lengthi1e4:pathl9:aee",
    "d6:lengthi1e4:pathl1aee",
    "d6:lengthi1e4:pathl1:ae",
  ])("leaves %s, which is not canonical, to the decoder", (text) => {
    expect(scan(utf8(text))).toBeUndefined();
  });

  it("takes nothing that ends early", () => {
    const file = encode({ length: 12, path: ["dir", "file"] });
    for (let length = 0; length < file.length; length++) expect(scan(file.slice(0, length))).toBeUndefined();
    expect(scan(file)?.file).toMatchObject({ length: 12, components: ["dir", "file"] });
  });
});
