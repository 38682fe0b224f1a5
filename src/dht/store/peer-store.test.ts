import { describe, expect, it } from "vitest";
import { SeededRandom } from "../../sim/random.ts";
import { MAX_STORED_PEERS, MAX_STORED_PORTS, PEER_TTL_MS } from "../limits.ts";
import { idFromBytes } from "../node-id.ts";
import { PeerStore } from "./peer-store.ts";

const torrent = idFromBytes(new Uint8Array(20).fill(7));

/** The ports of the peers that a store returns, in ascending order. */
function ports(store: PeerStore, now: number): number[] {
  return store
    .peersOf(torrent, 6, 10_000, false, now)
    .map((compact) => compact.charCodeAt(4) * 256 + compact.charCodeAt(5))
    .sort((a, b) => a - b);
}

describe("PeerStore", () => {
  it("keeps several peers at one address, the latest ones when there are too many", () => {
    const store = new PeerStore(new SeededRandom(1));
    for (let port = 1; port <= MAX_STORED_PORTS; port++) store.add(torrent, { ip: "192.0.2.1", port }, false, port);
    store.add(torrent, { ip: "192.0.2.1", port: 1 }, true, 100);
    expect([ports(store, 100).length, store.peers]).toEqual([MAX_STORED_PORTS, MAX_STORED_PORTS]);
    store.add(torrent, { ip: "192.0.2.1", port: 5_000 }, false, 101);
    // Port 2 was announced longest ago: port 1 was announced again.
    expect(ports(store, 101)).toEqual([1, 3, 4, 5, 6, 7, 8, 5_000]);
    expect(store.peers).toBe(MAX_STORED_PORTS);
  });

  it("forgets each peer that is not announced again, also beside one that is", () => {
    const store = new PeerStore(new SeededRandom(1));
    store.add(torrent, { ip: "192.0.2.1", port: 1 }, false, 0);
    store.add(torrent, { ip: "192.0.2.1", port: 2 }, false, 1_000);
    store.add(torrent, { ip: "192.0.2.2", port: 3 }, false, 2_000);
    expect(ports(store, PEER_TTL_MS - 1)).toEqual([1, 2, 3]);
    expect(ports(store, PEER_TTL_MS)).toEqual([2, 3]);
    expect(ports(store, PEER_TTL_MS + 1_000)).toEqual([3]);
    store.expire(PEER_TTL_MS + 2_000);
    expect([store.peers, store.torrents]).toEqual([0, 0]);
  });

  it("drops the address announced longest ago when a torrent has too many", () => {
    const store = new PeerStore(new SeededRandom(1));
    for (let n = 0; n <= MAX_STORED_PEERS; n++)
      for (const port of [1, 2])
        store.add(torrent, { ip: `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`, port }, false, n);
    expect(store.peers).toBe(2 * MAX_STORED_PEERS);
    expect(store.hasRoom(torrent)).toBe(false);
  });

  it("returns different peers of one family, as many as asked for", () => {
    const store = new PeerStore(new SeededRandom(1));
    for (let port = 1; port <= 20; port++) store.add(torrent, { ip: `192.0.2.${port}`, port }, false, port);
    store.add(torrent, { ip: "2001:db8::1", port: 1 }, false, 20);
    expect(new Set(store.peersOf(torrent, 6, 8, false, 20)).size).toBe(8);
    expect(ports(store, 20)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
    expect(store.peersOf(torrent, 18, 100, false, 20)).toHaveLength(1);
  });

  it("returns seeds after all others when the query asks for peers that are not seeds", () => {
    const store = new PeerStore(new SeededRandom(1));
    for (let port = 1; port <= 20; port++) store.add(torrent, { ip: `192.0.2.${port}`, port }, port % 4 !== 0, port);
    const found = (count: number): number[] =>
      store.peersOf(torrent, 6, count, true, 20).map((compact) => compact.charCodeAt(5));
    expect(found(5).sort((a, b) => a - b)).toEqual([4, 8, 12, 16, 20]);
    expect([found(7).length, found(7).filter((port) => port % 4 === 0).length]).toEqual([7, 5]);
  });
});
