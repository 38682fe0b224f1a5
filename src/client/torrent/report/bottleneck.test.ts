import { describe, expect, it } from "vitest";
import { StorageError } from "../../../base/index.ts";
import { findBottleneck, type BottleneckFacts } from "./bottleneck.ts";

/** A download from unchoking peers, which nothing else limits. */
const GOOD: BottleneckFacts = {
  state: { kind: "downloading" },
  peers: 5,
  useful: 4,
  unchoked: 3,
  knownPeers: 0,
  blockedPeers: 0,
  encryption: "preferred",
  encryptionRefusals: 0,
  isFull: false,
  trackers: [],
  isRateLimited: false,
  waitsForDisk: false,
  received: 100_000_000,
  invalid: 0,
  load: 0.3,
};

const dead = {
  url: "http://tracker.example/announce",
  state: { kind: "failed", code: "http.refused", failures: 3, retryAt: 0 },
  message: "http://tracker.example/announce: connection refused",
} as const;
const alive = { ...dead, state: { kind: "working", nextAnnounceAt: 0 }, message: undefined } as const;
const idle = { ...dead, state: { kind: "idle" }, message: undefined } as const;

const kindOf = (facts: Partial<BottleneckFacts>): string | undefined => findBottleneck({ ...GOOD, ...facts })?.kind;

describe("findBottleneck", () => {
  it.each([
    ["peers", {}],
    ["disk-full", { state: { kind: "disk-full", error: new StorageError("storage.full", "full") } }],
    ["failed", { state: { kind: "failed", error: new StorageError("storage.failed", "read error") } }],
    ["disk", { waitsForDisk: true }],
    ["rate-limit", { isRateLimited: true }],
    ["no-peers", { peers: 0, useful: 0, unchoked: 0 }],
    ["no-peers", { peers: 0, knownPeers: 3 }],
    ["no-peers", { peers: 0, knownPeers: 3, blockedPeers: 2 }],
    ["no-peers", { peers: 0, knownPeers: 3, encryptionRefusals: 2 }],
    ["blocked", { peers: 0, blockedPeers: 2 }],
    ["encryption", { peers: 0, knownPeers: 3, encryption: "required", encryptionRefusals: 2 }],
    ["encryption", { peers: 0, encryption: "disabled", encryptionRefusals: 1 }],
    ["no-peers", { peers: 0, trackers: [alive] }],
    ["no-peers", { peers: 0, trackers: [dead, alive] }],
    ["trackers", { peers: 0, trackers: [dead, idle] }],
    ["bad-data", { invalid: 20_000_000 }],
    ["missing-pieces", { useful: 0, unchoked: 0 }],
    ["missing-pieces", { state: { kind: "fetching-metadata" } }],
    ["choked", { unchoked: 0 }],
    ["cpu", { load: 0.97 }],
    ["connections", { isFull: true, knownPeers: 50 }],
  ] as const)("finds %s", (kind, facts) => {
    expect(kindOf(facts)).toBe(kind);
  });

  it("names the reason that would still hold without the later ones", () => {
    expect(kindOf({ peers: 0, trackers: [dead], load: 1, isFull: true })).toBe("trackers");
    expect(kindOf({ waitsForDisk: true, unchoked: 0 })).toBe("disk");
    expect(kindOf({ unchoked: 0, isFull: true, knownPeers: 9 })).toBe("choked");
  });

  it("says which tracker failed, and why", () => {
    expect(findBottleneck({ ...GOOD, peers: 0, trackers: [dead] })?.message).toBe(
      "no tracker can be used: http://tracker.example/announce: connection refused",
    );
  });

  it("says how many connections were refused, and what to set", () => {
    const facts = { peers: 0, knownPeers: 9, encryption: "required", encryptionRefusals: 3 } as const;
    expect(findBottleneck({ ...GOOD, ...facts })).toMatchObject({
      message:
        "3 connections failed: encryption is required, and the peers do not encrypt, or do not share this torrent",
      advice: "set encryption to preferred (--encryption preferred)",
    });
  });

  it("returns undefined for a torrent that does not download", () => {
    for (const kind of ["seeding", "paused", "stopping", "closed"] as const)
      expect(findBottleneck({ ...GOOD, state: { kind } })).toBeUndefined();
  });
});
