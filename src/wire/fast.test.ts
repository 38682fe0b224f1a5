import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { SyncHasher } from "../base/index.ts";
import { allowedFastSet } from "./fast.ts";
import { MAX_ALLOWED_FAST } from "./limits.ts";

const hasher: SyncHasher = {
  digestSync: (algorithm, bytes) => createHash(algorithm).update(bytes).digest(),
};
const infoHash = new Uint8Array(20).fill(0xaa);

describe("allowedFastSet", () => {
  it("returns the sets of the examples of BEP 6", () => {
    const options = { infoHash, ip: "80.4.4.200", pieceCount: 1313, hasher };
    expect(allowedFastSet({ ...options, count: 7 })).toEqual([1059, 431, 808, 1217, 287, 376, 1188]);
    expect(allowedFastSet({ ...options, count: 9 })).toEqual([1059, 431, 808, 1217, 287, 376, 1188, 353, 508]);
  });

  it("is the same for all addresses of a /24", () => {
    const of = (ip: string): number[] => allowedFastSet({ infoHash, ip, pieceCount: 1000, hasher });
    expect(of("10.1.2.3")).toEqual(of("10.1.2.99"));
    expect(of("10.1.2.3")).not.toEqual(of("10.1.3.3"));
  });

  it("has every piece when there are few, and is empty when there are none", () => {
    expect(allowedFastSet({ infoHash, ip: "10.1.2.3", pieceCount: 4, hasher }).sort((a, b) => a - b)).toEqual([
      0, 1, 2, 3,
    ]);
    expect(allowedFastSet({ infoHash, ip: "10.1.2.3", pieceCount: 0, hasher })).toEqual([]);
  });

  it("is empty for IPv6", () => {
    expect(allowedFastSet({ infoHash, ip: "2001:db8::1", pieceCount: 100, hasher })).toEqual([]);
  });

  it("is bounded", () => {
    expect(allowedFastSet({ infoHash, ip: "10.1.2.3", pieceCount: 100_000, count: 1e9, hasher })).toHaveLength(
      MAX_ALLOWED_FAST,
    );
  });
});
