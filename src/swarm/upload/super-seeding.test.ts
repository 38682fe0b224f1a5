import { afterEach, describe, expect, it } from "vitest";
import { makePlay, Stage, type Actor } from "../../../test/support/stage.ts";

const KIB = 1_024;
let stage: Stage;
afterEach(() => stage.close());

/** One seed and some leechers, which know each other and are connected to it at the beginning. */
async function swarm(leechers: number, size: number, superSeed: boolean): Promise<{ seed: Actor; peers: Actor[] }> {
  stage = new Stage(await makePlay({ "a.bin": size }, 16 * KIB));
  const seed = await stage.seeder("10.0.1.1", { up: 1_000_000 }, {}, { superSeed });
  const peers: Actor[] = [];
  for (let at = 0; at < leechers; at++) {
    const known = [seed.address, ...peers.slice(-8).map(({ address }) => address)];
    const plain = { utp: false, pex: false };
    peers.push(await stage.leecher(`10.0.2.${at + 1}`, { peers: known }, { up: 500_000 }, plain));
  }
  return { seed, peers };
}

describe("super-seeding (BEP 16)", () => {
  it("uploads little more than one copy until 50 peers are complete", async () => {
    const size = KIB * KIB;
    const { seed, peers } = await swarm(50, size, true);
    await stage.world.settled(Promise.all(peers.map(({ torrent }) => torrent.done)), 3_600_000);
    expect(peers.every(({ host }) => stage.isWhole(host))).toBe(true);
    expect(seed.torrent.status().uploaded).toBeLessThanOrEqual(1.1 * size);
  });

  it("serves a single peer the whole torrent", async () => {
    const { peers } = await swarm(1, 512 * KIB, true);
    await stage.world.settled(peers[0]?.torrent.done ?? Promise.reject(new Error("no peer")), 60_000);
    expect(peers.every(({ host }) => stage.isWhole(host))).toBe(true);
  });

  it("completes peers that cannot reach each other, and offers what a peer took with it to others", async () => {
    stage = new Stage(await makePlay({ "a.bin": 512 * KIB }, 64 * KIB));
    const seed = await stage.seeder("10.0.1.1", {}, {}, { superSeed: true });
    const alone = { pex: false, port: false } as const;
    const first = await stage.leecher("10.0.2.1", { peers: [seed.address] }, {}, alone);
    const second = await stage.leecher("10.0.2.2", { peers: [seed.address] }, {}, alone);
    await stage.world.settled(Promise.all([first.torrent.done, second.torrent.done]), 3_600_000);
    expect([first, second].every(({ host }) => stage.isWhole(host))).toBe(true);
  });
});
