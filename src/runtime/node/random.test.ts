import { describe, expect, it } from "vitest";
import { toHex } from "../../base/index.ts";
import { nodeRandom } from "./random.ts";

describe("nodeRandom.bytes", () => {
  it("returns other bytes each time, of any length, which stay as they are", () => {
    const kept = Array.from({ length: 2_000 }, (_, index) => nodeRandom.bytes(16 + (index % 100)));
    const seen = new Set(kept.map((bytes) => toHex(bytes.subarray(0, 16))));
    expect(seen.size).toBe(kept.length);
    expect(kept.every(({ length }, index) => length === 16 + (index % 100))).toBe(true);
    for (const length of [0, 1, 1_024, 1_025, 100_000]) expect(nodeRandom.bytes(length).length).toBe(length);
    expect(nodeRandom.bytes(100_000).filter((byte) => byte === 0).length).toBeLessThan(1_000);
  });
});
