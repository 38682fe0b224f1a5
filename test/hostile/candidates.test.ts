import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { encodeHaveNone, encodeInterested } from "../../src/wire/index.ts";
import { addressOf, FloodPeer } from "../support/flood-peer.ts";
import { AttackedClient } from "../support/attacked-client.ts";

/** Peers that connect, have nothing and send nothing more: more than there are slots. */
async function idlers(attacked: AttackedClient, count: number): Promise<FloodPeer[]> {
  const peers: FloodPeer[] = [];
  for (let first = 0; first < count; first += 20) {
    peers.push(
      ...(await Promise.all(
        Array.from({ length: Math.min(20, count - first) }, (_, index) =>
          FloodPeer.meet(attacked.port, attacked.infoHash, { from: addressOf(first + index) }),
        ),
      )),
    );
  }
  for (const { socket, isIn } of peers) if (isIn) socket.write(encodeHaveNone());
  return peers;
}

async function completesIn(attacked: AttackedClient, seconds: number): Promise<boolean> {
  return Promise.race([attacked.tested.completes(attacked.torrent), sleep(seconds * 1000, false)]);
}

describe("110 idle peers in all 100 slots of a torrent are displaced", () => {
  it("by an honest peer that dials us", async () => {
    const attacked = await AttackedClient.same({ seeding: false });
    const peers = await idlers(attacked, 110);
    expect(peers.filter(({ isIn }) => isIn).length).toBeGreaterThan(90);
    await attacked.newcomer();
    expect(await completesIn(attacked, 15)).toBe(true);
    expect(attacked.torrent.peers().length).toBeLessThanOrEqual(100);
  });

  it("by an honest seed whose address the client receives", async () => {
    const attacked = await AttackedClient.same({ seeding: false });
    await idlers(attacked, 110);
    await attacked.torrent.addPeers([(await attacked.tested.seed()).address]);
    expect(await completesIn(attacked, 15)).toBe(true);
  });

  it("by a peer that downloads from us", async () => {
    const attacked = await AttackedClient.same({ seeding: true });
    await idlers(attacked, 110);
    let isIn = false;
    for (let tries = 0; tries < 60 && !isIn; tries++) {
      const peer = await FloodPeer.meet(attacked.port, attacked.infoHash, { from: "127.2.0.1" });
      isIn = peer.isIn;
      if (isIn) peer.socket.write(Buffer.concat([encodeHaveNone(), encodeInterested()]));
      await sleep(200);
    }
    expect(isIn).toBe(true);
  });
});

describe("new idle peers", () => {
  it("do not displace the peer that we download from", async () => {
    const attacked = await AttackedClient.same({
      seeding: false,
      client: { maxPeers: 10, maxDownloadRate: 1_500_000 },
    });
    const seed = await attacked.tested.seed();
    await attacked.torrent.addPeers([seed.address]);
    await idlers(attacked, 200);
    expect(await attacked.tested.completes(attacked.torrent)).toBe(true);
    expect(seed.accepted).toBe(1);
  });
});
