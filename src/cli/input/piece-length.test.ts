import { describe, expect, it } from "vitest";
import { nearPieceLengths } from "./piece-length.ts";

describe("nearPieceLengths", () => {
  it.each([
    [1_000_000, "v1", "977KiB or 1MiB"],
    [1_048_577, "v1", "1MiB"],
    [0, "v1", "1KiB or 16KiB"],
    [3, "v2", "16KiB"],
    [1_000_000, "v2", "1MiB"],
    [300_000, "hybrid", "256KiB"],
    [2 ** 40, "v1", "512MiB"],
    [Number.MAX_SAFE_INTEGER, "v2", "512MiB"],
    [1024, "v1", undefined],
    [16_384, "v2", undefined],
  ] as const)("for %d of %s are %s", (length, version, near) => {
    expect(nearPieceLengths(length, version)).toBe(near);
  });
});
