import { expect, test } from "vitest";
import { rangeOf } from "./virtual.ts";

test("rangeOf: covers what is seen wherever it is scrolled to", () => {
  for (let top = 0; top < 30 * 1000 - 300; top += 7) {
    const { from, to } = rangeOf(top, 300, 30, 1000);
    expect(from * 30).toBeLessThanOrEqual(top);
    expect(to * 30).toBeGreaterThanOrEqual(Math.min(top + 300, 30_000));
    expect(to - from).toBeLessThan(40);
  }
});

test("rangeOf: a list that became short shows its end, an empty one nothing", () => {
  expect(rangeOf(9000, 300, 30, 3)).toMatchObject({ to: 3 });
  expect(rangeOf(9000, 300, 30, 0)).toMatchObject({ from: 0, to: 0 });
});
