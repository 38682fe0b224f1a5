import { describe, expect, it } from "vitest";
import { packEndpoint, unpackEndpoints } from "../../base/index.ts";
import { seededRandom } from "../../../test/support/tracker-fakes.ts";
import type { SwarmAnnounce, SwarmLimits } from "./swarms.ts";
import { Swarms } from "./swarms.ts";

const HASH = "h".repeat(20);
const LIMITS: SwarmLimits = { maxTorrents: 10, maxPeersPerTorrent: 100, maxPeers: 1_000 };

function swarms(limits: Partial<SwarmLimits> = {}): Swarms {
  return new Swarms({ ...LIMITS, ...limits }, 50, seededRandom(5));
}

/** An announce of `ip:port`, as a leecher that wants 50 of its family. */
function from(ip: string, port: number, more: Partial<SwarmAnnounce> = {}): SwarmAnnounce {
  return {
    infoHash: HASH,
    family: ip.includes(":") ? 6 : 4,
    compact: packEndpoint({ ip, port }),
    peerId: new Uint8Array(20).fill(port),
    isSeeder: false,
    event: undefined,
    numWant: 50,
    bothFamilies: false,
    withPeerIds: false,
    ...more,
  };
}

function ports(tracker: Swarms, announce: SwarmAnnounce): number[] {
  const reply = tracker.announce(announce, 1);
  if (reply === undefined) throw new Error("refused");
  return [...unpackEndpoints(reply.peers4, 4), ...unpackEndpoints(reply.peers6, 6)]
    .map((peer) => peer.port)
    .sort((a, b) => a - b);
}

describe("Swarms.announce", () => {
  it("returns the other peers, and never the client itself", () => {
    const tracker = swarms();
    expect(ports(tracker, from("1.1.1.1", 1))).toEqual([]);
    expect(ports(tracker, from("1.1.1.1", 2))).toEqual([1]);
    expect(ports(tracker, from("1.1.1.2", 1))).toEqual([1, 2]);
    expect(ports(tracker, from("1.1.1.1", 1))).toEqual([1, 2]);
    expect(tracker.totals).toMatchObject({ torrents: 1, seeders: 0, leechers: 3 });
  });

  it("returns leechers first, then seeders to a client with nothing left: it may be a magnet link without metadata", () => {
    const tracker = swarms();
    for (let port = 1; port <= 20; port++) ports(tracker, from("1.1.1.1", port, { isSeeder: true }));
    for (let port = 101; port <= 110; port++) ports(tracker, from("1.1.1.1", port));
    for (let port = 201; port <= 203; port++) ports(tracker, from("2001:db8::1", port));
    const asks = (more: Partial<SwarmAnnounce>): number[] =>
      ports(tracker, from("1.1.1.1", 1, { isSeeder: true, ...more }));
    const seeders = (got: readonly number[]): number[] => got.filter((port) => port <= 20);
    for (const event of ["started", undefined] as const) {
      const got = asks({ event, numWant: 15 });
      expect(got.filter((port) => port > 100)).toHaveLength(10);
      expect([seeders(got).length, new Set(seeders(got)).size, got.includes(1)]).toEqual([5, 5, false]);
      expect(seeders(asks({ event, numWant: 10 }))).toEqual([]);
      expect(seeders(asks({ event, numWant: 50 }))).toHaveLength(19);
    }
    const both = asks({ bothFamilies: true, numWant: 14 });
    expect([both.filter((port) => port > 100).length, seeders(both).length]).toEqual([13, 1]);
  });

  it("returns seeders to seeders when there is no leecher", () => {
    const tracker = swarms();
    ports(tracker, from("1.1.1.1", 1, { isSeeder: true }));
    ports(tracker, from("1.1.1.1", 2));
    expect(ports(tracker, from("1.1.1.1", 3, { isSeeder: true }))).toEqual([1, 2]);
    expect(ports(tracker, from("1.1.1.1", 4))).toEqual([1, 2, 3]);
    expect(tracker.scrape(HASH)).toEqual({ seeders: 2, leechers: 2, completed: 0 });
  });

  it("keeps families apart unless both are wanted, and bounds them together", () => {
    const tracker = swarms();
    for (let port = 1; port <= 5; port++) ports(tracker, from("1.1.1.1", port));
    for (let port = 11; port <= 15; port++) ports(tracker, from("2001:db8::1", port));
    expect(ports(tracker, from("1.1.1.1", 1))).toEqual([2, 3, 4, 5]);
    expect(ports(tracker, from("2001:db8::1", 11))).toEqual([12, 13, 14, 15]);
    expect(ports(tracker, from("1.1.1.1", 1, { bothFamilies: true }))).toEqual([2, 3, 4, 5, 11, 12, 13, 14, 15]);
    const few = ports(tracker, from("2001:db8::1", 11, { bothFamilies: true, numWant: 6 }));
    expect(few).toHaveLength(6);
    expect(few.filter((port) => port > 10)).toEqual([12, 13, 14, 15]);
  });

  it("mixes seeders and leechers in proportion", () => {
    const tracker = swarms();
    for (let port = 1; port <= 20; port++) ports(tracker, from("1.1.1.1", port, { isSeeder: true }));
    for (let port = 101; port <= 180; port++) ports(tracker, from("1.1.1.1", port));
    const got = ports(tracker, from("1.1.1.1", 101, { numWant: 10 }));
    expect(got).toHaveLength(10);
    expect(got.filter((port) => port <= 20)).toHaveLength(2);
  });

  it("counts a completed download once, and only of a known leecher", () => {
    const tracker = swarms();
    ports(tracker, from("1.1.1.1", 1));
    ports(tracker, from("1.1.1.1", 1, { isSeeder: true, event: "completed" }));
    ports(tracker, from("1.1.1.1", 1, { isSeeder: true, event: "completed" }));
    ports(tracker, from("1.1.1.1", 2, { isSeeder: true, event: "completed" }));
    expect(tracker.scrape(HASH)).toEqual({ seeders: 2, leechers: 0, completed: 1 });
  });

  it("removes a peer that sends stopped, replies without peers, and makes no torrent for it", () => {
    const tracker = swarms();
    expect(ports(tracker, from("1.1.1.1", 1, { event: "stopped" }))).toEqual([]);
    expect(tracker.totals.torrents).toBe(0);
    ports(tracker, from("1.1.1.1", 1));
    ports(tracker, from("1.1.1.1", 2, { isSeeder: true }));
    expect(ports(tracker, from("1.1.1.1", 1, { event: "stopped" }))).toEqual([]);
    ports(tracker, from("1.1.1.1", 2, { event: "stopped", isSeeder: true }));
    expect(tracker.totals).toMatchObject({ seeders: 0, leechers: 0 });
  });

  it("replies to a client that does not listen, but does not keep it", () => {
    const tracker = swarms();
    ports(tracker, from("1.1.1.1", 1));
    expect(ports(tracker, from("1.1.1.1", 0))).toEqual([1]);
    expect(tracker.totals.leechers).toBe(1);
  });

  it("bounds torrents, peers of one torrent, and peers in all", () => {
    const tracker = swarms({ maxTorrents: 2, maxPeersPerTorrent: 2, maxPeers: 3 });
    const other = { infoHash: "o".repeat(20) };
    for (let port = 1; port <= 5; port++) ports(tracker, from("1.1.1.1", port));
    expect(tracker.totals.leechers).toBe(2);
    expect(ports(tracker, from("1.1.1.1", 9))).toEqual([1, 2]);
    for (let port = 1; port <= 5; port++) ports(tracker, from("1.1.1.1", port, other));
    expect(tracker.totals.leechers).toBe(3);
    expect(tracker.announce(from("1.1.1.1", 1, { infoHash: "x".repeat(20) }), 1)).toBeUndefined();
  });
});

describe("Swarms.expire", () => {
  it("removes peers that have not announced, and torrents without peers", () => {
    const tracker = swarms();
    tracker.announce(from("1.1.1.1", 1), 100);
    tracker.announce(from("1.1.1.1", 2, { isSeeder: true }), 100);
    tracker.announce(from("2001:db8::1", 3), 150);
    tracker.expire(101);
    expect(tracker.totals).toEqual({ torrents: 1, seeders: 0, leechers: 1, completed: 0 });
    tracker.expire(151);
    expect(tracker.totals.torrents).toBe(0);
  });

  it("keeps the count of downloads of removed torrents, up to a limit", () => {
    const tracker = swarms({ maxTorrents: 2 });
    tracker.announce(from("1.1.1.1", 1), 1);
    tracker.announce(from("1.1.1.1", 1, { isSeeder: true, event: "completed" }), 1);
    tracker.expire(2);
    expect(tracker.scrape(HASH)).toEqual({ seeders: 0, leechers: 0, completed: 1 });
    tracker.announce(from("1.1.1.1", 1, { infoHash: "o".repeat(20) }), 3);
    tracker.expire(3);
    expect(tracker.scrape(HASH)).toBeUndefined();
    expect([...tracker.all()].map(([hash]) => hash)).toEqual(["o".repeat(20)]);
  });
});
