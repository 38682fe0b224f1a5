import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { addressOf, FloodPeer } from "../support/flood-peer.ts";
import { AttackedClient } from "../support/attacked-client.ts";

/** Dials five times a second, each time with a new connection. Returns whether one was accepted. */
async function getsIn(attacked: AttackedClient, seconds: number, from = "127.0.0.1"): Promise<boolean> {
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    const peer = await Promise.race([FloodPeer.meet(attacked.port, attacked.infoHash, { from }), sleep(2_000)]);
    if (peer?.isIn === true) return true;
    await sleep(200);
  }
  return false;
}

/** Silent sockets, which connect again as soon as they are closed. The returned function ends it. */
async function silence(attacked: AttackedClient, count: number, from: (index: number) => string): Promise<() => void> {
  let isOver = false;
  const hold = async (index: number): Promise<void> => {
    const peer = await FloodPeer.connect(attacked.port, from(index));
    peer.socket.once("close", () => {
      if (!isOver) setTimeout(() => void hold(index), 100);
    });
  };
  await Promise.all(Array.from({ length: count }, (_, index) => hold(index)));
  await sleep(300);
  return () => {
    isOver = true;
  };
}

describe("400 sockets that never send a handshake do not keep other peers out", () => {
  it("from one address", async () => {
    const attacked = await AttackedClient.same({ seeding: true });
    const end = await silence(attacked, 400, () => "127.9.9.9");
    expect(await getsIn(attacked, 4)).toBe(true);
    end();
  });

  it("from an address each", async () => {
    const attacked = await AttackedClient.same({ seeding: true });
    const end = await silence(attacked, 400, addressOf);
    expect(await getsIn(attacked, 6)).toBe(true);
    end();
  });

  it("and a download from a new peer completes", async () => {
    const attacked = await AttackedClient.same({ seeding: false });
    const end = await silence(attacked, 400, () => "127.9.9.9");
    await attacked.newcomer();
    const isComplete = await Promise.race([attacked.tested.completes(attacked.torrent), sleep(8_000, false)]);
    end();
    expect(isComplete).toBe(true);
  });
});

describe("one address", () => {
  it("with 150 connections leaves slots to other peers", async () => {
    const attacked = await AttackedClient.same({ seeding: true });
    for (let round = 0; round < 15; round++) {
      await Promise.all(
        Array.from({ length: 10 }, () => FloodPeer.meet(attacked.port, attacked.infoHash, { from: "127.9.9.9" })),
      );
    }
    expect(await getsIn(attacked, 4)).toBe(true);
  });

  it("that connects, sends a handshake and closes all the time does not keep other peers out", async () => {
    const attacked = await AttackedClient.same({ seeding: true });
    const end = performance.now() + 1_500;
    const storm = Array.from({ length: 8 }, async () => {
      while (performance.now() < end) {
        const peer = await FloodPeer.meet(attacked.port, attacked.infoHash, { from: "127.9.9.9" });
        peer.close();
        await sleep(1);
      }
    });
    await sleep(300);
    expect(await getsIn(attacked, 1)).toBe(true);
    await Promise.all(storm);
  });
});

describe("a peer with the peer id of another peer", () => {
  it("does not keep out the other peer, which connects later from another address", async () => {
    const attacked = await AttackedClient.same({ seeding: true });
    const peerId = new Uint8Array(randomBytes(20));
    const thief = await FloodPeer.meet(attacked.port, attacked.infoHash, { from: "127.9.9.9", peerId });
    expect(thief.isIn).toBe(true);
    const honest = await FloodPeer.meet(attacked.port, attacked.infoHash, { from: "127.0.0.1", peerId });
    await sleep(100);
    expect(honest.isIn).toBe(true);
  });

  it("does not close the connection of the other peer, which connected first", async () => {
    const attacked = await AttackedClient.same({ seeding: true });
    const peerId = new Uint8Array(randomBytes(20));
    const honest = await FloodPeer.meet(attacked.port, attacked.infoHash, { from: "127.0.0.1", peerId });
    for (let visit = 0; visit < 20; visit++)
      await FloodPeer.meet(attacked.port, attacked.infoHash, { from: "127.9.9.9", peerId });
    await sleep(100);
    expect(honest.isIn).toBe(true);
  });
});
