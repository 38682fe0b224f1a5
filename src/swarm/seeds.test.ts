import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { encodeHandshake, encodeMessage } from "../wire/index.ts";
import { makePlay, Stage, type Play } from "../../test/support/stage.ts";

let play: Play;
let stage: Stage;
beforeAll(async () => {
  play = await makePlay({ "one.bin": 500_000 });
});
afterEach(() => stage.close());

const SEEDS = 30;

/**
 * Peers that send a handshake and a full bitfield, and then close the connection or keep it; returns the number of
 * dials so far.
 */
async function fakeSeeds(
  count: number,
  closes: (seed: number) => boolean,
): Promise<{ readonly addresses: string[]; readonly dials: () => number }> {
  let dials = 0;
  const addresses: string[] = [];
  for (let seed = 0; seed < count; seed++) {
    const { runtime, ip } = stage.world.host(`20.0.${seed}.1`);
    addresses.push(`${ip}:6881`);
    await runtime.net.listen({
      ip,
      port: 6881,
      onSocket: (socket) => {
        dials++;
        socket.start({ onData: () => undefined, onDrain: () => undefined, onClose: () => undefined });
        socket.write(
          encodeHandshake({ infoHash: play.metainfo.id.wire, peerId: Buffer.from(`-XX0001-${ip}`.padEnd(20, ".")) }),
        );
        socket.write(encodeMessage({ type: "bitfield", bits: full() }));
        if (closes(seed)) runtime.clock.after(100, () => socket.destroy());
      },
    });
  }
  return { addresses, dials: () => dials };
}

function full(): Uint8Array {
  const { pieceCount } = play.metainfo;
  return Uint8Array.from(
    { length: Math.ceil(pieceCount / 8) },
    (_, index) => (0xff << Math.max(0, 8 * (index + 1) - pieceCount)) & 0xff,
  );
}

describe("Swarm among seeds", () => {
  it.each([
    ["close", () => true],
    ["stay", () => false],
    ["close or stay", (seed: number) => seed % 2 === 0],
  ])("that is complete dials each of them once, when they %s", async (_what, closes) => {
    stage = new Stage(play);
    const { addresses, dials } = await fakeSeeds(SEEDS, closes);
    await stage.seeder("10.0.0.1", {}, { encryption: "disabled" }, { peers: addresses });
    await stage.world.run(75_000);
    expect(dials()).toBe(SEEDS);
  });

  it("dials seeds that it disconnected as soon as it wants data again", async () => {
    stage = new Stage(await makePlay({ "a.bin": 100_000, "b.bin": 100_000 }, 16_384));
    const seeder = await stage.seeder("10.0.0.1");
    const leecher = await stage.leecher("10.0.0.2", {
      peers: [seeder.address],
      priorities: (_, path) => (path === "a.bin" ? "normal" : "skip"),
    });
    await stage.world.settled(leecher.torrent.done, 60_000);
    await stage.world.run(120_000);
    await leecher.torrent.setPriorities(new Map([[1, "normal"]]));
    await stage.world.settled(leecher.torrent.done, 60_000);
    expect(stage.isWhole(leecher.host)).toBe(true);
  });

  it("that wants data dials seeds which disconnect at once with growing delays", async () => {
    stage = new Stage(play);
    const { addresses, dials } = await fakeSeeds(1, () => true);
    await stage.leecher("10.0.0.1", { peers: addresses });
    await stage.world.run(600_000);
    expect(dials()).toBeGreaterThan(3);
    expect(dials()).toBeLessThan(9);
  });
});
