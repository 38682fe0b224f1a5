import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makePlay, Stage, type Actor, type Play } from "../../test/support/stage.ts";
import { Bitfield } from "../base/index.ts";
import { MAX_DONT_HAVES } from "./limits.ts";

const PIECE = 16_384;
const PIECES = MAX_DONT_HAVES + 1;

let play: Play;
let stage: Stage;
beforeAll(async () => {
  play = await makePlay({ "one.bin": PIECE * PIECES }, PIECE);
});
beforeEach(() => {
  stage = new Stage(play);
});
afterEach(() => stage.close());

async function connected(): Promise<{ readonly seeder: Actor; readonly leecher: Actor }> {
  const seeder = await stage.seeder("10.0.0.1", { up: 50_000 });
  const leecher = await stage.leecher("10.0.0.2", { peers: [seeder.address] });
  leecher.torrent.done.catch(() => undefined);
  await stage.world.until(() => leecher.torrent.status().seeds === 1, 10_000);
  // The extended handshakes, too.
  await stage.world.run(1_000);
  return { seeder, leecher };
}

function pieces(count: number): Bitfield {
  const out = new Bitfield(PIECES);
  for (let piece = 0; piece < count; piece++) out.set(piece);
  return out;
}

describe("Swarm.withdraw", () => {
  it("sends lt_donthave to a peer that supports it, and announce sends have", async () => {
    const { seeder, leecher } = await connected();
    seeder.torrent.swarm?.withdraw(pieces(1_000));
    // After the blocks that were being sent.
    await stage.world.until(() => leecher.torrent.status().seeds === 0, 60_000);
    await stage.world.run(10_000);
    expect(leecher.torrent.peers()[0]?.progress).toBeCloseTo((PIECES - 1_000) / PIECES, 5);
    expect(leecher.torrent.availability()?.slice(0, 1_001)).toEqual(
      Uint8Array.from([...Array.from({ length: 1_000 }, () => 0), 1]),
    );
    seeder.torrent.swarm?.announce(pieces(1_000));
    // All but those that the leecher has by now.
    await stage.world.until(() => (leecher.torrent.peers()[0]?.progress ?? 0) > 0.99, 60_000);
    expect(seeder.torrent.peers()).toHaveLength(1);
    expect(leecher.torrent.peers()[0]?.progress).toBeGreaterThan(0.99);
  });

  it("disconnects a peer when there are too many pieces to withdraw", async () => {
    const { seeder } = await connected();
    const [before] = seeder.torrent.swarm?.peers ?? [];
    seeder.torrent.swarm?.withdraw(pieces(PIECES));
    expect(before?.isClosed).toBe(true);
  });
});
