import { describe, expect, it } from "vitest";
import { stallReason } from "./stall.ts";
import type { StallFacts } from "./stall.ts";

const url = "udp://t.example:1";
const working = { url, state: { kind: "working", nextAnnounceAt: 0 }, message: undefined, peersReceived: 0 } as const;
const announcing = {
  url,
  state: { kind: "announcing", event: "started", since: 0 },
  message: undefined,
  peersReceived: 0,
} as const;
const broken = {
  url,
  state: { kind: "failed", code: "tracker.timeout", failures: 1, retryAt: 0 },
  message: `${url}: no answer`,
  peersReceived: 0,
} as const;
const refused = { peer: "10.0.0.1:1", outcome: { kind: "failed", reason: "refused the connection" } } as const;
const pending = { peer: "10.0.0.2:2", outcome: { kind: "pending" } } as const;
const reached = { peer: "10.0.0.3:3", outcome: { kind: "reached" } } as const;

const reason = (facts: Partial<StallFacts>): string | undefined =>
  stallReason({
    named: [],
    asksTrackers: true,
    trackers: [],
    dhtNodes: undefined,
    usesLsd: false,
    knownPeers: 0,
    blockedPeers: 0,
    encryption: undefined,
    encryptionRefusals: 0,
    waitedMs: 1_000,
    ...facts,
  })?.message;

describe("stallReason", () => {
  it.each<[string, Partial<StallFacts>, string]>([
    ["the interface is down", { downInterface: "tun0", trackers: [broken] }, "tun0 is down"],
    [
      "the torrent has no source of peers",
      {},
      "the torrent has no tracker, the DHT and local discovery are not in use, and no peer is given; add --peer HOST:PORT or --tracker URL",
    ],
    [
      "trackers are off",
      { asksTrackers: false, trackers: [working] },
      "trackers, the DHT and local discovery are not in use, and no peer is given; add --peer HOST:PORT",
    ],
    [
      "the named peer is blocked",
      { named: [pending], blockedPeers: 1 },
      "the IP filter blocks the only known peer (10.0.0.2:2)",
    ],
    ["all peers are blocked", { trackers: [working], blockedPeers: 7 }, "the IP filter blocks all 7 known peers"],
    ["only the local network is asked", { usesLsd: true }, "none in the local network has announced the torrent yet"],
    ["the named peer refuses", { named: [refused] }, "10.0.0.1:1 refused the connection"],
    ["the tracker knows no peers", { trackers: [working] }, `${url} knows no other peers`],
    ["the tracker fails", { trackers: [broken] }, `${url}: no answer`],
    ["one of two trackers works", { trackers: [broken, working] }, `${url} knows no other peers`],
    [
      "peer and tracker fail",
      { named: [refused], trackers: [broken] },
      `10.0.0.1:1 refused the connection; ${url}: no answer`,
    ],
  ])("returns at once that %s", (_what, facts, message) => {
    expect(reason(facts)).toBe(`no peers: ${message}`);
    expect(reason({ ...facts, waitedMs: 999 })).toBeUndefined();
  });

  it.each<[string, Partial<StallFacts>, string]>([
    ["the tracker is asked", { trackers: [announcing] }, `${url} has not responded yet`],
    [
      "one of two peers is dialed",
      { named: [refused, pending] },
      "10.0.0.1:1 refused the connection, 10.0.0.2:2 has not responded yet",
    ],
    ["a peer was reached", { named: [reached] }, "10.0.0.3:3 accepted the connection, but does not share this torrent"],
    [
      "peers of the tracker are dialed",
      { trackers: [{ ...working, peersReceived: 3 }] },
      "none of the peers that the tracker returned can be reached",
    ],
    [
      "encryption is required",
      { named: [reached], encryption: "required", encryptionRefusals: 1 },
      "connections fail because encryption is required: the peers do not encrypt (try --encryption preferred), or do not share this torrent; 10.0.0.3:3 accepted the connection",
    ],
    [
      "encryption is disabled",
      { trackers: [{ ...working, peersReceived: 3 }], encryption: "disabled", encryptionRefusals: 1 },
      "peers close connections that are not encrypted: they may require encryption (try --encryption preferred), or do not share this torrent",
    ],
    [
      "encryption is neither",
      { named: [reached], encryption: "preferred", encryptionRefusals: 1 },
      "10.0.0.3:3 accepted the connection, but does not share this torrent",
    ],
    ["no DHT node has replied", { dhtNodes: 0 }, "no DHT nodes reached"],
    ["the DHT is asked", { dhtNodes: 3 }, "the DHT knows no peers yet"],
    ["peers of the DHT are dialed", { dhtNodes: 3, knownPeers: 2 }, "none of the known peers can be reached"],
    [
      "the tracker fails and the DHT is asked",
      { trackers: [broken], dhtNodes: 3 },
      `${url}: no answer; the DHT knows no peers yet`,
    ],
  ])("waits while %s", (_what, facts, message) => {
    expect(reason({ ...facts, waitedMs: 9_999 })).toBeUndefined();
    expect(reason({ ...facts, waitedMs: 10_000 })).toBe(`no peers: ${message}`);
  });

  it("names some of many peers, and ignores peers that connected by themselves", () => {
    expect(reason({ named: [refused, refused, refused, refused, refused] })).toMatch(/; and 2 more$|, and 2 more$/);
    expect(reason({ knownPeers: 1 })).toBeUndefined();
  });
});
