import { describe, expect, it } from "vitest";
import { equalBytes, latin1, utf8, utf8Decode } from "../base/index.ts";
import { encode } from "./encode.ts";
import { keyFromText, keyToBytes, Raw } from "./value.ts";
import type { BInput } from "./value.ts";

const text = (value: BInput): string => utf8Decode(encode(value));

describe("encode", () => {
  it.each<[BInput, string]>([
    [0, "i0e"],
    [-0, "i0e"],
    [-7, "i-7e"],
    [999_999_999, "i999999999e"],
    [1_000_000_000, "i1000000000e"],
    [Number.MIN_SAFE_INTEGER, "i-9007199254740991e"],
    [2n ** 64n, "i18446744073709551616e"],
    ["spam", "4:spam"],
    ["é€😀", "9:é€😀"],
    [new Uint8Array(0), "0:"],
    [[1, ["a"], {}], "li1el1:aedee"],
    [{ b: 1, a: undefined, Z: 2 }, "d1:Zi2e1:bi1ee"],
    [new Raw(utf8("i007e")), "i007e"],
  ])("writes %o as %s", (value, expected) => {
    expect(text(value)).toBe(expected);
  });

  it("sorts keys by their raw bytes, in any order of the input", () => {
    const map = new Map([
      ["\xff", 1],
      ["a", 2],
      ["B", 3],
      ["", 4],
      ["aa", 5],
      [keyFromText("é"), 6],
    ]);
    expect(encode(map)).toEqual(latin1("d0:i4e1:Bi3e1:ai2e2:aai5e2:\xc3\xa9i6e1:\xffi1ee"));
  });

  it("writes strings of any length, small and large", () => {
    for (const length of [31, 32, 33, 1023, 1024, 5000, 2_000_000]) {
      const bytes = new Uint8Array(length).fill(0x41);
      expect(equalBytes(encode(bytes), utf8(`${length}:${"A".repeat(length)}`)), String(length)).toBe(true);
    }
  });

  it("puts large strings among small ones in their places", () => {
    const large = new Uint8Array(100_000).fill(0x42);
    const many = [
      1,
      large,
      "a",
      large.subarray(0, 20_000),
      large.subarray(0, 16_384),
      new Raw(utf8(`20000:${"C".repeat(20_000)}`)),
      { k: large },
    ];
    const [b, c] = ["B", "C"].map((letter) => letter.repeat(100_000));
    expect(text(many)).toBe(
      `li1e100000:${b}1:a20000:${b?.slice(0, 20_000)}16384:${b?.slice(0, 16_384)}20000:${c?.slice(0, 20_000)}d1:k100000:${b}ee`,
    );
  });

  it("returns bytes of its own, and nothing beside them", () => {
    const large = new Uint8Array(50_000);
    const bytes = encode([large]);
    large.fill(1);
    expect(bytes.includes(1)).toBe(false);
    expect(bytes.buffer.byteLength).toBe(bytes.length);
  });

  it("returns bytes of its own", () => {
    const first = encode("first");
    encode("other");
    expect(first).toEqual(utf8("5:first"));
    expect(first.byteOffset).toBe(0);
    expect(first.buffer.byteLength).toBe(first.length);
  });

  it.each<[string, unknown, string]>([
    ["a fraction", 1.5, "bencode.value"],
    ["NaN", Number.NaN, "bencode.value"],
    ["an unsafe number", 2 ** 53, "bencode.value"],
    ["null", [null], "bencode.value"],
    ["a boolean", { a: true }, "bencode.value"],
    ["undefined in a list", [undefined], "bencode.value"],
    ["a key that is not bytes", { "€": 1 }, "bencode.key"],
  ])("refuses %s", (_what, value, code) => {
    expect(() => encode(value as BInput)).toThrow(expect.objectContaining({ name: "UsageError", code }));
  });

  it("refuses a value within itself", () => {
    const list: BInput[] = [];
    list.push(list);
    expect(() => encode(list)).toThrow(expect.objectContaining({ code: "bencode.depth" }));
  });
});

describe("keyFromText", () => {
  it("is undone by keyToBytes and the UTF-8 of the text", () => {
    expect(keyToBytes(keyFromText("päth"))).toEqual(utf8("päth"));
  });
});
