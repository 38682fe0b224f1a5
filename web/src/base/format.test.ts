import { describe, expect, test } from "vitest";
import { bytes, duration, eta, fromKib, percent, rate, toKib } from "./format.ts";

describe("bytes", () => {
  test.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "0.98 KiB"],
    [1536, "1.50 KiB"],
    [1024 * 1023.9, "1.00 MiB"],
    [1.5 * 1024 ** 3, "1.50 GiB"],
    [2 ** 53, "8.00 PiB"],
  ])("%d is %s", (value, text) => expect(bytes(value)).toBe(text));
});

test("percent: not whole before it is whole", () => {
  expect(percent(0.99999)).toBe("99.9 %");
  expect(percent(1)).toBe("100 %");
  expect(percent(0)).toBe("0 %");
});

test("duration: the two largest units", () => {
  expect(duration(0)).toBe("0 s");
  expect(duration(61)).toBe("1 min 1 s");
  expect(duration(3600)).toBe("1 h");
  expect(duration(90_061)).toBe("1 d 1 h");
});

test("eta: endless when it stands still or takes seasons", () => {
  expect(eta(null)).toBe("∞");
  expect(eta(1e9)).toBe("∞");
  expect(eta(59.6)).toBe("1 min");
});

test("rate: nothing for nothing", () => {
  expect(rate(0)).toBe("");
  expect(rate(2048)).toBe("2.00 KiB/s");
});

test("toKib and fromKib: empty, zero and words are no limit", () => {
  expect(toKib(null)).toBe("");
  expect(toKib(10_240)).toBe("10");
  expect(fromKib("10")).toBe(10_240);
  for (const text of ["", "0", "-5", "fast"]) expect(fromKib(text)).toBeNull();
});
