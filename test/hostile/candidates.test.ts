import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { encodeHaveNone, encodeInterested } from "../../src/wire/index.ts";
import { addressOf, FloodPeer } from "../support/flood-peer.ts";
import { Siege } from "../support/siege.ts";

/** Peers that come in, have nothing and say nothing more: more than there are slots. */
async function idlers(siege: Siege, count: number): Promise<FloodPeer[]> {
  const peers: FloodPeer[] = [];
  for (let first = 0; first < count; first += 20) {
    peers.push(
      ...(await Promise.all(
        Array.from({ length: Math.min(20, count - first) }, (_, index) =>
          FloodPeer.meet(siege.port, siege.infoHash, { from: addressOf(first + index) }),
        ),
      )),
    );
  }
  for (const { socket, isIn } of peers) if (isIn) socket.write(encodeHaveNone());
  return peers;
}

async function completesIn(siege: Siege, seconds: number): Promise<boolean> {
  return Promise.race([siege.theatre.completes(siege.torrent), sleep(seconds * 1000, false)]);
}

describe("110 idle peers in all 100 slots of a torrent give way", () => {
  it("to an honest newcomer that dials us", async () => {
    const siege = await Siege.same({ seeding: false });
    const peers = await idlers(siege, 110);
    expect(peers.filter(({ isIn }) => isIn).length).toBeGreaterThan(90);
    await siege.newcomer();
    expect(await completesIn(siege, 15)).toBe(true);
    expect(siege.torrent.peers().length).toBeLessThanOrEqual(100);
  });

  it("to an honest seed that we are told of", async () => {
    const siege = await Siege.same({ seeding: false });
    await idlers(siege, 110);
    await siege.torrent.addPeers([(await siege.theatre.seed()).address]);
    expect(await completesIn(siege, 15)).toBe(true);
  });

  it("to a peer that wants what we seed", async () => {
    const siege = await Siege.same({ seeding: true });
    await idlers(siege, 110);
    let isIn = false;
    for (let tries = 0; tries < 60 && !isIn; tries++) {
      const peer = await FloodPeer.meet(siege.port, siege.infoHash, { from: "127.2.0.1" });
      isIn = peer.isIn;
      if (isIn) peer.socket.write(Buffer.concat([encodeHaveNone(), encodeInterested()]));
      await sleep(200);
    }
    expect(isIn).toBe(true);
  });
});

describe("idle newcomers", () => {
  it("do not throw out the peer that we download from", async () => {
    const siege = await Siege.same({ seeding: false, client: { maxPeers: 10, maxDownloadRate: 1_500_000 } });
    const seed = await siege.theatre.seed();
    await siege.torrent.addPeers([seed.address]);
    await idlers(siege, 200);
    expect(await siege.theatre.completes(siege.torrent)).toBe(true);
    expect(seed.accepted).toBe(1);
  });
});
