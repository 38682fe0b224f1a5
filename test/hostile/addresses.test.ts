import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { addressOf, FloodPeer } from "../support/flood-peer.ts";
import { Siege } from "../support/siege.ts";

/** Tries to get in five times a second, each time anew; whether it was let in. */
async function getsIn(siege: Siege, seconds: number, from = "127.0.0.1"): Promise<boolean> {
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    const peer = await Promise.race([FloodPeer.meet(siege.port, siege.infoHash, { from }), sleep(2_000)]);
    if (peer?.isIn === true) return true;
    await sleep(200);
  }
  return false;
}

/** Sockets that say nothing, made anew as soon as they are closed. The answer ends it. */
async function silence(siege: Siege, count: number, from: (index: number) => string): Promise<() => void> {
  let isOver = false;
  const hold = async (index: number): Promise<void> => {
    const peer = await FloodPeer.connect(siege.port, from(index));
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

describe("400 sockets that never shake hands do not lock others out:", () => {
  it("those of one address", async () => {
    const siege = await Siege.same({ seeding: true });
    const end = await silence(siege, 400, () => "127.9.9.9");
    expect(await getsIn(siege, 4)).toBe(true);
    end();
  });

  it("those of an address each", async () => {
    const siege = await Siege.same({ seeding: true });
    const end = await silence(siege, 400, addressOf);
    expect(await getsIn(siege, 6)).toBe(true);
    end();
  });

  it("and a download from a newcomer completes", async () => {
    const siege = await Siege.same({ seeding: false });
    const end = await silence(siege, 400, () => "127.9.9.9");
    await siege.newcomer();
    const isComplete = await Promise.race([siege.theatre.completes(siege.torrent), sleep(8_000, false)]);
    end();
    expect(isComplete).toBe(true);
  });
});

describe("one address", () => {
  it("with 150 connections leaves slots to others", async () => {
    const siege = await Siege.same({ seeding: true });
    for (let round = 0; round < 15; round++) {
      await Promise.all(
        Array.from({ length: 10 }, () => FloodPeer.meet(siege.port, siege.infoHash, { from: "127.9.9.9" })),
      );
    }
    expect(await getsIn(siege, 4)).toBe(true);
  });

  it("that connects, shakes hands and hangs up all the time does not keep others out", async () => {
    const siege = await Siege.same({ seeding: true });
    const end = performance.now() + 1_500;
    const storm = Array.from({ length: 8 }, async () => {
      while (performance.now() < end) {
        const peer = await FloodPeer.meet(siege.port, siege.infoHash, { from: "127.9.9.9" });
        peer.close();
        await sleep(1);
      }
    });
    await sleep(300);
    expect(await getsIn(siege, 1)).toBe(true);
    await Promise.all(storm);
  });
});

describe("a peer that has another's peer id", () => {
  it("does not keep the other out who comes later, from another address", async () => {
    const siege = await Siege.same({ seeding: true });
    const peerId = new Uint8Array(randomBytes(20));
    const thief = await FloodPeer.meet(siege.port, siege.infoHash, { from: "127.9.9.9", peerId });
    expect(thief.isIn).toBe(true);
    const honest = await FloodPeer.meet(siege.port, siege.infoHash, { from: "127.0.0.1", peerId });
    await sleep(100);
    expect(honest.isIn).toBe(true);
  });

  it("does not throw the other out who came first", async () => {
    const siege = await Siege.same({ seeding: true });
    const peerId = new Uint8Array(randomBytes(20));
    const honest = await FloodPeer.meet(siege.port, siege.infoHash, { from: "127.0.0.1", peerId });
    for (let visit = 0; visit < 20; visit++)
      await FloodPeer.meet(siege.port, siege.infoHash, { from: "127.9.9.9", peerId });
    await sleep(100);
    expect(honest.isIn).toBe(true);
  });
});
