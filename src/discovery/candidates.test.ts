import { describe, expect, it } from "vitest";
import { digest } from "../../test/support/stage.ts";
import { addressIp, ipPeer, type IpPeerAddress, type PeerAddress } from "../base/index.ts";
import { simWorld } from "../sim/index.ts";
import { CandidateList } from "./candidates.ts";
import {
  FIRST_RETRY_MS,
  LONGEST_RETRY_MS,
  MAX_CANDIDATES,
  MAX_CANDIDATES_PER_ADDRESS,
  MAX_FAILURES,
  MAX_SHARED_CANDIDATES,
  RECONNECT_MS,
  SHORT_VISIT_MS,
} from "./limits.ts";

const peer = (n: number): IpPeerAddress => ipPeer({ ip: `20.${n >> 16}.${(n >> 8) & 255}.${n & 255}`, port: 6881 });

function start() {
  const world = simWorld({ digest });
  const { clock, random } = world.host("10.0.0.1").runtime;
  return { world, list: new CandidateList(clock, random) };
}

describe("CandidateList", () => {
  it("adds each peer once, and none that cannot be dialed", () => {
    const { list } = start();
    expect(
      list.add(
        [
          peer(1),
          peer(2),
          peer(1),
          ...[
            { ip: "20.0.0.9", port: 0 },
            { ip: "0.0.0.0", port: 5 },
            { ip: "239.1.1.1", port: 5 },
          ].map(ipPeer),
        ],
        "tracker",
      ),
    ).toBe(2);
    expect(
      [list.next(), list.next()].map((each) => each && addressIp(each)).sort((a = "", b = "") => (a < b ? -1 : 1)),
    ).toEqual(["20.0.0.1", "20.0.0.2"]);
    expect(list.next()).toBeUndefined();
  });

  it("doubles the wait after each failure, and forgets a peer that never replies", async () => {
    const { world, list } = start();
    list.add([peer(1)], "tracker");
    for (let failure = 0; failure < MAX_FAILURES; failure++) {
      expect(list.next()).toEqual(peer(1));
      list.failed(peer(1));
      const wait = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failure);
      await world.run(wait - 1);
      expect(list.next()).toBeUndefined();
      await world.run(wait / 4 + 2);
    }
    expect([list.next(), list.size]).toEqual([undefined, 0]);
  });

  it("never forgets a peer that the user named, and dials it at once when named again", () => {
    const { list } = start();
    list.add([peer(1)], "user");
    for (let failure = 0; failure < 2 * MAX_FAILURES; failure++) {
      expect(list.next()).toEqual(peer(1));
      list.failed(peer(1));
      expect(list.next()).toBeUndefined();
      list.add([peer(1)], "user");
    }
  });

  it("dials again a while after a good connection ended, and never after a ban", async () => {
    const { world, list } = start();
    list.add([peer(1), peer(2)], "tracker");
    list.next();
    list.next();
    list.connected(peer(1));
    list.disconnected(peer(1));
    list.ban(peer(2));
    list.disconnected(peer(2));
    await world.run(RECONNECT_MS - 1);
    expect(list.next()).toBeUndefined();
    await world.run(1);
    expect([list.next(), list.next()]).toEqual([peer(1), undefined]);
  });

  it("doubles the wait after each short connection, and resets it after a long one", async () => {
    const { world, list } = start();
    list.add([peer(1)], "tracker");
    for (const wait of [1, 2, 4, 8].map((factor) => factor * RECONNECT_MS)) {
      expect(list.next()).toEqual(peer(1));
      list.connected(peer(1));
      list.disconnected(peer(1));
      await world.run(wait - 1);
      expect(list.next()).toBeUndefined();
      await world.run(1);
    }
    expect(list.next()).toEqual(peer(1));
    list.connected(peer(1));
    await world.run(SHORT_VISIT_MS);
    list.disconnected(peer(1));
    await world.run(RECONNECT_MS);
    expect(list.next()).toEqual(peer(1));
  });

  it("returns seeds only when seeds are wanted", () => {
    const { list } = start();
    list.add([peer(1), peer(2)], "tracker");
    list.seen(peer(1), true);
    expect([list.next(false), list.next(false), list.next(true), list.next(true)]).toEqual([
      peer(2),
      undefined,
      peer(1),
      undefined,
    ]);
  });

  it("bounds the peers it keeps, and replaces a failing one with one from a tracker", () => {
    const { list } = start();
    list.add(
      Array.from({ length: MAX_CANDIDATES + 100 }, (_, n) => peer(n)),
      "exchange",
    );
    expect(list.size).toBe(MAX_CANDIDATES);
    expect(list.add([peer(100_000)], "exchange")).toBe(0);
    expect(list.add([peer(100_001)], "tracker")).toBe(1);
    expect(list.size).toBe(MAX_CANDIDATES);
  });

  it("dials peers from peer exchange after all others, and replaces them by peers of any other source", () => {
    const { list } = start();
    list.add(
      Array.from({ length: MAX_CANDIDATES }, (_, n) => peer(n)),
      "exchange",
    );
    const proper = [peer(100_000), peer(100_001)];
    expect(list.add(proper, "dht")).toBe(2);
    // Known from peer exchange, and now from a tracker.
    list.add([peer(3_000)], "tracker");
    const dialed = [list.next(), list.next(), list.next()];
    expect(new Set(dialed)).toEqual(new Set([peer(3_000), ...proper]));
    expect(list.size).toBe(MAX_CANDIDATES);
  });

  it("believes peer exchange that a peer is a seed until another source names it", () => {
    const { list } = start();
    list.add([peer(1), peer(2)], "exchange", { isSeed: true });
    expect(list.next(false)).toBeUndefined();
    list.add([peer(1)], "exchange");
    expect(list.next(false)).toBeUndefined();
    list.add([peer(2)], "tracker");
    expect([list.next(false), list.next(false)]).toEqual([peer(2), undefined]);
  });

  it("forgets the peers that were known from one source alone", () => {
    const { list } = start();
    list.add([peer(1), peer(2), peer(3)], "exchange");
    list.add([peer(2), peer(4)], "tracker");
    list.ban(peer(3));
    expect(list.forgetAll("exchange")).toEqual([peer(1)]);
    expect(list.add([peer(3)], "tracker")).toBe(0);
    expect([list.size, list.count("idle")]).toEqual([3, 2]);
  });

  it("bounds the peers at one address, unless the user names them", () => {
    const { list } = start();
    const at = (ip: string, count: number) => Array.from({ length: count }, (_, n) => ipPeer({ ip, port: n + 1 }));
    expect(list.add(at("20.0.0.1", 5_000), "incoming")).toBe(MAX_CANDIDATES_PER_ADDRESS);
    expect(list.add(at("20.0.0.2", 5_000), "tracker")).toBe(MAX_CANDIDATES_PER_ADDRESS);
    expect(list.add(at("20.0.0.3", 100), "user")).toBe(100);
    expect(list.add(at("127.0.0.1", 5_000), "incoming")).toBe(MAX_SHARED_CANDIDATES);
    expect(list.add(at("127.0.0.2", 500), "tracker")).toBe(500);
  });

  it("accepts peers at an address again when those that failed are forgotten", async () => {
    const { world, list } = start();
    list.add(
      Array.from({ length: MAX_CANDIDATES_PER_ADDRESS }, (_, n) => ipPeer({ ip: "20.0.0.1", port: n + 1 })),
      "tracker",
    );
    for (let round = 0; round < MAX_FAILURES; round++) {
      for (let next = list.next(); next !== undefined; next = list.next()) list.failed(next);
      await world.run(2 * LONGEST_RETRY_MS);
    }
    expect(list.size).toBe(0);
    expect(list.add([ipPeer({ ip: "20.0.0.1", port: 100 })], "tracker")).toBe(1);
  });

  it("identifies peers of every kind by their key", () => {
    const { list } = start();
    const peers: PeerAddress[] = [
      peer(1),
      { kind: "webrtc", id: "ab" },
      { kind: "webrtc", id: "cd" },
      { kind: "webrtc", id: "ab" },
    ];
    expect(list.add(peers, "tracker")).toBe(3);
    list.ban({ kind: "webrtc", id: "cd" });
    expect([list.next(), list.next(), list.next()]).toEqual([peer(1), { kind: "webrtc", id: "ab" }, undefined]);
  });
});
