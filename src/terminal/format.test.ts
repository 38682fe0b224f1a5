import { describe, expect, it } from "vitest";
import { parseSize } from "../base/index.ts";
import { count, formatDate, formatDuration, formatPercent, formatRate, formatSize, groupDigits } from "./format.ts";

describe("formatSize", () => {
  it("uses the units that parseSize reads", () => {
    expect(formatSize(0)).toBe("0 B");
    expect(formatSize(16_384)).toBe("16 KiB");
    expect(formatSize(256 * 1024 ** 2)).toBe("256 MiB");
    for (const text of ["16 KiB", "1.5 MiB", "3 GiB", "1 TiB"]) expect(formatSize(parseSize(text))).toBe(text);
  });
});

describe("formatRate", () => {
  it("is a size a second", () => {
    expect(formatRate(1_572_864.4)).toBe("1.5 MiB/s");
  });
});

describe("formatPercent", () => {
  it("returns 100 % only when it is complete", () => {
    expect(formatPercent(0)).toBe("0.0%");
    expect(formatPercent(0.5129)).toBe("51.2%");
    expect(formatPercent(0.99999)).toBe("99.9%");
    expect(formatPercent(1)).toBe("100%");
  });
});

describe("formatDuration", () => {
  it.each([
    [0, "0.0s"],
    [4.24, "4.2s"],
    [9.96, "10s"],
    [59.4, "59s"],
    [59.6, "1m 0s"],
    [200, "3m 20s"],
    [7500, "2h 5m"],
    [273_600, "3d 4h"],
    [Number.POSITIVE_INFINITY, ">1y"],
    [Number.NaN, ">1y"],
  ])("%s seconds are %s", (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});

describe("count", () => {
  it("has a plural and groups of digits", () => {
    expect(count(1, "piece")).toBe("1 piece");
    expect(count(0, "piece")).toBe("0 pieces");
    expect(count(12_345, "file")).toBe("12,345 files");
  });
});

describe("groupDigits", () => {
  it("separates thousands", () => {
    expect([999, 1000, 1_234_567].map(groupDigits)).toEqual(["999", "1,000", "1,234,567"]);
  });
});

describe("formatDate", () => {
  it("is in UTC, to the minute", () => {
    expect(formatDate(new Date("2024-05-01T12:34:56Z"))).toBe("2024-05-01 12:34 UTC");
  });
});
