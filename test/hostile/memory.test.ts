import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { scriptOf } from "../../bench/lib/flood-scripts.ts";
import type { FloodName } from "../../bench/lib/floods.ts";
import { addressOf, FloodPeer } from "../support/flood-peer.ts";
import { eventually } from "../support/process.ts";
import { AttackedClient } from "../support/attacked-client.ts";

const MIB = 1024 * 1024;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Growth of the memory for buffers and objects, in bytes; the highest so far. */
class Growth {
  #most = 0;
  readonly #before: number;
  readonly #timer: NodeJS.Timeout;

  constructor() {
    // Garbage of the creation of the torrent would hide the growth.
    collectGarbage();
    this.#before = Growth.#now();
    this.#timer = setInterval(() => this.#look(), 5);
  }

  stop(): number {
    this.#look();
    clearInterval(this.#timer);
    return this.#most;
  }

  #look(): void {
    this.#most = Math.max(this.#most, Growth.#now() - this.#before);
  }

  static #now(): number {
    const { arrayBuffers, heapUsed } = process.memoryUsage();
    return arrayBuffers + heapUsed;
  }
}

async function crowd(
  attacked: AttackedClient,
  flood: FloodName,
  count: number,
): Promise<{ readonly peers: FloodPeer[]; readonly ring: Buffer }> {
  const { opening, ring, isFast, isDeaf } = scriptOf(flood, {
    pieces: attacked.victim.pieceCount,
    pieceLength: attacked.victim.pieceLength,
  });
  const peers = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      FloodPeer.meet(attacked.port, attacked.infoHash, { from: addressOf(index), fast: isFast, isDeaf }),
    ),
  );
  for (const { socket } of peers) if (opening.length > 0) socket.write(opening);
  return { peers, ring };
}

describe("memory stays bounded, and a download completes, beside", () => {
  it("95 peers with an unfinished message of 1 MiB", async () => {
    const attacked = await AttackedClient.large(1000);
    const growth = new Growth();
    const { peers } = await crowd(attacked, "unfinished", 95);
    await sleep(1_000);
    expect(growth.stop()).toBeLessThan(48 * MIB);
    expect(await attacked.completes()).toBe(true);
    for (const peer of peers) peer.close();
  });

  it.each([
    { what: "read it", isReading: true },
    { what: "do not read it", isReading: false },
  ])("24 peers who ask for metadata of 20 MB, and $what", async ({ isReading }) => {
    const attacked = await AttackedClient.large();
    const { peers, ring } = await crowd(attacked, "metadata", 24);
    if (!isReading) for (const { socket } of peers) socket.pause();
    await sleep(200);
    const growth = new Growth();
    for (const { socket } of peers) socket.write(ring.subarray(0, 64 * 1024));
    await sleep(1_500);
    const grown = growth.stop();
    for (const peer of peers) peer.close();
    expect(grown).toBeLessThan(160 * MIB);
    expect(await attacked.completes()).toBe(true);
  });

  it("20 peers that request many pieces, and never read", async () => {
    const attacked = await AttackedClient.same({ seeding: true });
    const { peers, ring } = await crowd(attacked, "unread", 20);
    await sleep(200);
    const growth = new Growth();
    const end = performance.now() + 1_500;
    await Promise.all(peers.map((peer) => peer.pour(ring, 8 * MIB, () => performance.now() > end)));
    expect(growth.stop()).toBeLessThan(96 * MIB);
  });

  it("requests and cancels by 8 peers", async () => {
    const attacked = await AttackedClient.same({ seeding: true });
    const { peers, ring } = await crowd(attacked, "requests", 8);
    const growth = new Growth();
    const end = performance.now() + 1_500;
    await Promise.all(peers.map((peer) => peer.pour(ring, 8 * MIB, () => performance.now() > end)));
    expect(growth.stop()).toBeLessThan(96 * MIB);
  });

  it("extended handshakes with another port each, which do not fill the list of candidates", async () => {
    const attacked = await AttackedClient.same({ seeding: false });
    const { peers, ring } = await crowd(attacked, "extended", 1);
    await peers[0]?.pour(ring, 194_000, () => false);
    await sleep(500);
    const { knownPeers, peers: connected } = attacked.torrent.status();
    expect(knownPeers + connected).toBeLessThanOrEqual(16);
    // When all slots are taken, no other peer can be dialed.
    await attacked.torrent.addPeers([(await attacked.tested.seed()).address]);
    expect(await Promise.race([attacked.tested.completes(attacked.torrent), sleep(8_000, false)])).toBe(true);
  });

  it("500 peers that send a handshake and close, which leave nothing behind", async () => {
    const attacked = await AttackedClient.same({ seeding: true });
    const growth = new Growth();
    for (let round = 0; round < 50; round++) {
      const peers = await Promise.all(
        Array.from({ length: 10 }, () => FloodPeer.meet(attacked.port, attacked.infoHash)),
      );
      for (const peer of peers) peer.close();
    }
    await eventually("all peers have left", () => attacked.torrent.peers().length === 0, 10_000);
    expect(growth.stop()).toBeLessThan(96 * MIB);
    expect(attacked.torrent.status().knownPeers).toBeLessThanOrEqual(16);
  });
});

describe("closes the connection of a peer that sends unrequested data:", () => {
  it("600 MB of blocks", async () => {
    const attacked = await AttackedClient.large(100_000);
    const { peers, ring } = await crowd(attacked, "blocks", 1);
    const growth = new Growth();
    const end = performance.now() + 20_000;
    await peers[0]?.pour(ring, 600e6, () => performance.now() > end);
    expect(growth.stop()).toBeLessThan(64 * MIB);
    expect(peers[0]?.isClosed).toBe(true);
    expect(peers[0]?.taken).toBeLessThan(300e6);
    expect(await attacked.completes()).toBe(true);
  });

  it.each<readonly [FloodName, number]>([
    ["reject", 32 * MIB],
    ["requests", 32 * MIB],
  ])("%s, or held back: never read without end", async (flood, most) => {
    const attacked = await AttackedClient.same({ seeding: flood === "requests" });
    const { peers, ring } = await crowd(attacked, flood, 1);
    const end = performance.now() + 3_000;
    await peers[0]?.pour(ring, most, () => performance.now() > end);
    const isEnded = peers[0]?.isClosed === true;
    const taken = peers[0]?.taken ?? 0;
    expect(isEnded || taken < most).toBe(true);
  });
});
