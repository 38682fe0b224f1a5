import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sealText, unsealText } from "./sealed-text.ts";

describe("sealText", () => {
  it("is read back as it was, with blanks behind it", () => {
    for (const value of [{}, { a: 1 }, { sum: "x", text: '"sum":"0123456789abcdef"}' }]) {
      expect(unsealText(`${sealText(value)}\n`)).toEqual({ kind: "sealed", value });
    }
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        expect(unsealText(sealText(value))).toEqual({
          kind: "sealed",
          value: JSON.parse(JSON.stringify(value)) as unknown,
        });
      }),
    );
  });

  it("is damaged after any one byte changed or any cut", () => {
    const value = { id: "ab".repeat(20), folder: "/data", done: 12 };
    const text = sealText(value);
    for (let at = 0; at < text.length; at++) {
      for (const bit of [1, 2, 4, 8, 16, 32, 64]) {
        const changed = text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ bit) + text.slice(at + 1);
        const read = unsealText(changed);
        expect(read.kind).toBe("damaged");
      }
      expect(unsealText(text.slice(0, at)).kind).toBe("damaged");
    }
  });

  it("recognises a text without a checksum", () => {
    expect(unsealText('{"a":1}')).toEqual({ kind: "old", value: { a: 1 } });
  });
});
