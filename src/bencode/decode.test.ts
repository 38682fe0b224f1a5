import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { equalBytes, InputError, latin1, utf8 } from "../base/index.ts";
import { decode, decodePrefix, decodeWithSpans, rawSlice } from "./decode.ts";
import { encode } from "./encode.ts";
import { MAX_DEPTH, MAX_DEPTH_CEILING, MAX_DOCUMENT_LENGTH, MAX_INTEGER_LENGTH, MAX_TOKENS } from "./limits.ts";
import type { BDict, BValue } from "./value.ts";

const code = (expected: string): unknown => expect.objectContaining({ code: `bencode.${expected}` });

const bytes = fc.uint8Array({ maxLength: 40 });
const integers = fc.oneof(
  fc.maxSafeInteger(),
  fc.bigInt().map((value) => (Number.isSafeInteger(Number(value)) ? Number(value) : value)),
);
const keys = fc.uint8Array({ maxLength: 12 }).map((key) => Buffer.from(key).toString("latin1"));
const { value: values } = fc.letrec<{ value: BValue; dict: BDict }>((tie) => ({
  value: fc.oneof({ depthSize: "small" }, integers, bytes, fc.array(tie("value"), { maxLength: 6 }), tie("dict")),
  dict: fc.array(fc.tuple(keys, tie("value")), { maxLength: 6 }).map((entries) => new Map(entries)),
}));

/** `same`, the code of a typed error with an offset, or what should not be. */
function roundTrip(input: Uint8Array): string {
  try {
    return equalBytes(encode(decode(input, { strict: true })), input) ? "same" : "different";
  } catch (error) {
    return error instanceof InputError && typeof error.fields["offset"] === "number" ? error.code : String(error);
  }
}

describe("decode", () => {
  it.each<[string, BValue]>([
    ["i0e", 0],
    ["i-42e", -42],
    ["i9007199254740991e", Number.MAX_SAFE_INTEGER],
    ["i-9007199254740991e", Number.MIN_SAFE_INTEGER],
    ["i9007199254740993e", 9007199254740993n],
    ["i-18446744073709551616e", -18446744073709551616n],
    ["0:", new Uint8Array(0)],
    ["4:spam", utf8("spam")],
    ["le", []],
    ["l4:spami7elee", [utf8("spam"), 7, []]],
    ["de", new Map()],
    [
      "d3:cow3:moo4:spaml1:a1:bee",
      new Map<string, BValue>([
        ["cow", utf8("moo")],
        ["spam", [utf8("a"), utf8("b")]],
      ]),
    ],
  ])("reads %s", (text, value) => {
    expect(decode(utf8(text))).toEqual(value);
    expect(decode(utf8(text), { strict: true })).toEqual(value);
  });

  it("decode(encode(x)) is x, also when strict", () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(decode(encode(value), { strict: true })).toEqual(value);
      }),
    );
  });

  it("encode(decode(x, strict)) is x, and any other input is a typed error", () => {
    const tokens = fc.constantFrom("i", "e", "l", "d", "1:a", "1:b", "0:", "-", "0", "1", "7", ":", "4:spam", "e", "e");
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.array(tokens).map((parts) => utf8(parts.join(""))),
        ),
        (input) => {
          expect(roundTrip(input)).toMatch(/^(?:same|bencode\.[a-z-]+)$/);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("keeps __proto__, constructor and toString as plain data", () => {
    const value = decode(utf8("d9:__proto__d8:pollutedi1ee11:constructori2ee"));
    expect(value).toEqual(
      new Map<string, BValue>([
        ["__proto__", new Map([["polluted", 1]])],
        ["constructor", 2],
      ]),
    );
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  it("keeps keys that are not UTF-8, byte for byte", () => {
    const input = latin1("d2:\xff\xfei1e2:\xff\xffi2ee");
    expect([...(decode(input) as BDict).keys()]).toEqual(["\xff\xfe", "\xff\xff"]);
    expect(encode(decode(input))).toEqual(input);
  });

  it("does not confuse keys that share length, first and last byte", () => {
    const input = utf8("ld4:aXYbi1eed4:aYXbi2eee");
    expect(decode(input)).toEqual([new Map([["aXYb", 1]]), new Map([["aYXb", 2]])]);
  });

  it("gives views of the input, wherever it lies in its memory", () => {
    const input = Buffer.from("__d1:al4:spam0:e1:b2:hie__").subarray(2, -2);
    const dict = decode(input) as BDict;
    const strings = [...(dict.get("a") as Uint8Array[]), dict.get("b") as Uint8Array];
    expect(strings.map((string) => [string.constructor, string.buffer === input.buffer])).toEqual(
      strings.map(() => [Uint8Array, true]),
    );
    expect(dict).toEqual(
      new Map<string, BValue>([
        ["a", [utf8("spam"), utf8("")]],
        ["b", utf8("hi")],
      ]),
    );
    input.fill(0x21);
    expect(dict).toEqual(
      new Map<string, BValue>([
        ["a", [utf8("!!!!"), utf8("")]],
        ["b", utf8("!!")],
      ]),
    );
  });

  it.each<[string, (bytes: Uint8Array) => BValue]>([
    ["decode", (input) => decode(input, { copy: true })],
    ["decodePrefix", (input) => decodePrefix(input, { copy: true }).value],
    ["decodeWithSpans", (input) => decodeWithSpans(input, { copy: true }).value],
  ])("%s shares no memory with the input when asked to copy, be it a Buffer or not", (_what, read) => {
    for (const input of [Buffer.from("d1:al4:spamee"), utf8("d1:al4:spamee")]) {
      const value = read(input);
      input.fill(0x21);
      expect(value).toEqual(new Map([["a", [utf8("spam")]]]));
      expect(((value as BDict).get("a") as Uint8Array[])[0]?.buffer).not.toBe(input.buffer);
    }
  });

  it.each([
    ["i03e", "leading-zero", 3],
    ["i-0e", "leading-zero", 0],
    ["i-03e", "leading-zero", -3],
    ["05:hello", "leading-zero", utf8("hello")],
    [
      "d1:bi1e1:ai2ee",
      "order",
      new Map([
        ["b", 1],
        ["a", 2],
      ]),
    ],
    ["d1:ai1e1:ai2ee", "order", new Map([["a", 1]])],
    [
      "d1:bi1e1:ai2e1:bi3ee",
      "order",
      new Map([
        ["b", 1],
        ["a", 2],
      ]),
    ],
    ["i1ei2e", "trailing", 1],
  ])("refuses %s when strict and reads it when lenient", (text, expected, lenient) => {
    expect(() => decode(utf8(text), { strict: true })).toThrow(code(expected));
    expect(decode(utf8(text))).toEqual(lenient);
  });

  it.each([
    ["", "truncated", 0],
    ["i", "truncated", 1],
    ["i12", "truncated", 3],
    ["l", "truncated", 1],
    ["d1:a", "truncated", 4],
    ["5:spam", "truncated", 0],
    ["99999999999999999999:x", "truncated", 0],
    ["4", "truncated", 0],
    ["l1", "truncated", 2],
    ["ie", "integer", 0],
    ["i-e", "integer", 0],
    ["i+1e", "integer", 0],
    ["i1.5e", "integer", 0],
    ["x", "syntax", 0],
    ["e", "syntax", 0],
    ["-1:a", "syntax", 0],
    ["di1ei2ee", "syntax", 1],
    ["4spam", "syntax", 1],
    ["<html>", "syntax", 0],
  ])("refuses %j with the offset", (text, expected, offset) => {
    expect(() => decode(utf8(text))).toThrow(
      expect.objectContaining({ code: `bencode.${expected}`, fields: { offset } }),
    );
  });

  it("counts depth: MAX_DEPTH passes, one more does not, and a million is no stack overflow", () => {
    const nested = (depth: number) => utf8("l".repeat(depth) + "e".repeat(depth));
    expect(decode(nested(MAX_DEPTH))).toHaveLength(1);
    expect(() => decode(nested(MAX_DEPTH + 1))).toThrow(code("depth"));
    expect(() => decode(nested(1_000_000), { maxDepth: Infinity, maxTokens: Infinity })).toThrow(code("depth"));
    expect(decode(nested(MAX_DEPTH_CEILING), { maxDepth: Infinity })).toHaveLength(1);
    expect(() => decode(utf8("d1:a".repeat(1_000_000)))).toThrow(code("depth"));
  });

  it("counts tokens, keys among them", () => {
    expect(decode(utf8("d1:ai1ee"), { maxTokens: 3 })).toEqual(new Map([["a", 1]]));
    expect(() => decode(utf8("d1:ai1ee"), { maxTokens: 2 })).toThrow(code("tokens"));
    expect(() => decode(utf8(`l${"le".repeat(MAX_TOKENS)}e`))).toThrow(code("tokens"));
  });

  it("refuses a document over the limit before reading it", () => {
    expect(() => decode(utf8("i1e"), { maxLength: 2 })).toThrow(code("too-long"));
    expect(() => decode(new Uint8Array(MAX_DOCUMENT_LENGTH + 1))).toThrow(code("too-long"));
  });

  it("refuses an integer that would take long to read", () => {
    expect(decode(utf8(`i${"9".repeat(MAX_INTEGER_LENGTH - 1)}e`))).toBe(10n ** BigInt(MAX_INTEGER_LENGTH - 1) - 1n);
    expect(() => decode(utf8(`i${"9".repeat(MAX_INTEGER_LENGTH + 1)}e`))).toThrow(code("integer"));
  });
});

describe("decodePrefix", () => {
  it("returns where the value ends and leaves the rest", () => {
    expect(decodePrefix(utf8("d8:msg_typei1eePAYLOAD"))).toEqual({ value: new Map([["msg_type", 1]]), length: 15 });
  });
});

describe("decodeWithSpans", () => {
  it("returns the bytes of each value of the outer dictionary", () => {
    const input = utf8("d4:infod1:ai1ee3:zzzi7ee");
    const { value, spans } = decodeWithSpans(input);
    expect([...value.keys()]).toEqual(["info", "zzz"]);
    expect(spans.get("info")).toEqual({ start: 7, end: 15 });
    expect(spans.get("zzz")).toEqual({ start: 20, end: 23 });
  });

  it("has the span of the value it kept when a key appears twice", () => {
    const input = utf8("d4:infoi1e4:infoi22ee");
    const { value, spans } = decodeWithSpans(input);
    expect(value.get("info")).toBe(1);
    expect(spans.get("info")).toEqual({ start: 7, end: 10 });
  });

  it("passes over the values of keys to leave, and hands lists over element by element", () => {
    const input = utf8("d5:filesli1ei2ee4:infod1:ai1ee4:textli3ee1:zi7ee");
    const heard: BValue[] = [];
    const each = new Map([
      ["files", (element: BValue) => heard.push(element)],
      ["z", () => heard.push("never a list" as never)],
    ]);
    const { value, spans } = decodeWithSpans(input, { leave: new Set(["info"]), each });
    expect(heard).toEqual([1, 2]);
    expect(value).toEqual(
      new Map<string, BValue>([
        ["text", [3]],
        ["z", 7],
      ]),
    );
    expect([...spans.keys()]).toEqual(["files", "info", "text", "z"]);
    const info = spans.get("info");
    expect(input.subarray(info?.start, info?.end)).toEqual(utf8("d1:ai1ee"));
  });

  it("offers elements to a scanner first, and counts the tokens of those that it takes", () => {
    const input = utf8("d1:xli7ei8eli9ei9eeee");
    const heard: BValue[] = [];
    const taken: number[] = [];
    const scanner = {
      end: 0,
      tokens: 5,
      take(bytes: Uint8Array, at: number): boolean {
        if (bytes[at] !== 0x6c) return false;
        taken.push(at);
        this.end = at + 8;
        return true;
      },
    };
    const options = {
      each: new Map([["x", (element: BValue) => heard.push(element)]]),
      scan: new Map([["x", scanner]]),
    };
    // Dictionary, key, list, two integers, and five of the scanner's.
    expect([...decodeWithSpans(input, { ...options, maxTokens: 10 }).spans]).toEqual([["x", { start: 4, end: 20 }]]);
    expect({ heard, taken }).toEqual({ heard: [7, 8], taken: [11] });
    expect(() => decodeWithSpans(input, { ...options, maxTokens: 9 })).toThrow(code("tokens"));
  });

  it("refuses bad syntax in what it passes over, and order when strict", () => {
    expect(() => decodeWithSpans(utf8("d4:infod1:axee"), { leave: new Set(["info"]) })).toThrow(code("syntax"));
    expect(() => decodeWithSpans(utf8("d1:bi1e1:ai1ee"), { strict: true })).toThrow(code("order"));
    expect(() => decodeWithSpans(utf8("d1:ai1ee!"), { strict: true })).toThrow(code("trailing"));
  });

  it("refuses what is no dictionary", () => {
    expect(() => decodeWithSpans(utf8("i1e"))).toThrow(code("syntax"));
  });
});

describe("rawSlice", () => {
  const input = utf8("d4:infod5:filesld6:lengthi1eed6:lengthi02eeee1:zi1ee");

  it.each([
    [["info", "files", 1], "d6:lengthi02ee"],
    [["info", "files", 1, "length"], "i02e"],
    [["z"], "i1e"],
    [[], new TextDecoder().decode(input)],
  ])("%j is the bytes as they stand", (path, expected) => {
    expect(rawSlice(input, path)).toEqual(utf8(expected));
  });

  it.each([[["nothing"]], [["info", "files", 2]], [["info", 0]], [["z", "a"]]])("%j leads nowhere", (path) => {
    expect(rawSlice(input, path)).toBeUndefined();
  });

  it("is a view with any options", () => {
    expect(rawSlice(input, ["z"])?.buffer).toBe(input.buffer);
    expect(rawSlice(input, ["z"], { copy: true })?.buffer).toBe(input.buffer);
  });

  it("agrees with decodeWithSpans for every key", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(keys, values), { maxLength: 8 }), (entries) => {
        const document = encode(new Map(entries));
        for (const [key, { start, end }] of decodeWithSpans(document).spans)
          expect(rawSlice(document, [key])).toEqual(document.subarray(start, end));
      }),
    );
  });
});
