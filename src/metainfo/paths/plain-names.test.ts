import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { latin1 } from "../../base/index.ts";
import { safeName } from "./names.ts";
import { FOLDED, isPlainName } from "./plain-names.ts";

const isPlain = (name: string): boolean => {
  const bytes = latin1(`<${name}>`);
  return bytes.subarray(1, -1).every((byte) => FOLDED[byte] !== 0) && isPlainName(bytes, 1, bytes.length - 1);
};

describe("isPlainName", () => {
  it.each([
    "a",
    "Read me.txt",
    "x".repeat(150),
    "common",
    "conan.mp3",
    "auxiliary",
    "null",
    ".hidden",
    ".mill",
    "million",
    "a:b*?",
  ])("takes %s", (name) => {
    expect(isPlain(name)).toBe(true);
  });

  it.each([
    "",
    ".",
    "..",
    "a.",
    "a ",
    "a/b",
    "a\\b",
    "a\u0000",
    "a\u001f",
    "a\u007f",
    "\u00e9",
    "x".repeat(151),
    "con",
    "CON.txt",
    "Aux  .a",
    "nul",
    "prn.",
    "com1",
    "LPT9.x",
    "conin$",
    ".millrace",
    ".MillRace-x",
    "millra~1",
  ])("leaves %j to be read as text", (name) => {
    expect(isPlain(name)).toBe(false);
  });

  it("takes nothing that safeName would change", () => {
    const name = fc
      .array(fc.constantFrom(...Array.from("conCOMaux1milra~ ./\\$lpt\u0000\u00e9x")), { maxLength: 7 })
      .map((letters) => letters.join(""));
    fc.assert(
      fc.property(name, (text) => {
        expect(isPlain(text) && safeName(text) !== text).toBe(false);
      }),
      { numRuns: 5_000 },
    );
  });
});
