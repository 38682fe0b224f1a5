import { expect, test } from "vitest";
import { countBits, eachPixel, fromBase64, hasBit } from "./bits.ts";

test("hasBit: the first piece is the highest bit; beyond the end there is nothing", () => {
  const bits = fromBase64("gAE=");
  expect([0, 1, 15, 16].map((index) => hasBit(bits, index))).toEqual([true, false, true, false]);
  expect(countBits(bits, 16)).toBe(2);
  expect(countBits(bits, 15)).toBe(1);
});

test.each([
  [10, 3],
  [10, 10],
  [10, 1000],
  [7, 16],
])("eachPixel: %d pixels cover all of %d pieces", (width, count) => {
  const seen = new Set<number>();
  let calls = 0;
  eachPixel(width, count, (_x, from, to) => {
    calls += 1;
    for (let piece = from; piece < to; piece += 1) seen.add(piece);
  });
  expect(calls).toBe(width);
  expect([...seen].toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index));
});
