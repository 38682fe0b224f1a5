import { describe, expect, it } from "vitest";
import type { Client, Torrent } from "../../src/index.ts";
import { ALLOWED_FAST } from "../../src/swarm/index.ts";
import { newClient, seeded, seededSums, sums } from "../support/clients.ts";
import { tempFolder } from "../support/temp-folder.ts";

const MB = 1_000_000;
const RATE = 2 * MB;
const LENGTH = 6 * MB;

/**
 * Seconds below which a transfer of {@link LENGTH} at {@link RATE} would break the limit, less bursts and a last block.
 */
const FEWEST_SECONDS = (LENGTH / RATE) * 0.85;

describe("a limit of 2 MB/s holds", () => {
  it.each<
    readonly [string, (leecher: Client, seeder: Client, seed: Torrent) => void, { readonly maxDownloadRate?: number }]
  >([
    ["for a client's downloads", (leecher) => leecher.setRates({ maxDownloadRate: RATE }), {}],
    ["for a torrent's download", () => undefined, { maxDownloadRate: RATE }],
    ["for a client's uploads", (_leecher, seeder) => seeder.setRates({ maxUploadRate: RATE }), {}],
    ["for a torrent's upload", (_leecher, _seeder, seed) => seed.setRates({ maxUploadRate: RATE }), {}],
  ])("%s", async (_what, limit, add) => {
    const scene = await seeded(await tempFolder(), { "data.bin": LENGTH }, { pieceLength: 65_536 });
    const leecher = newClient(scene.dir);
    const [seed] = scene.seeder.torrents;
    if (seed === undefined) throw new Error("nothing is seeded");
    limit(leecher, scene.seeder, seed);
    const began = performance.now();
    const torrent = await leecher.add(scene.torrent.file, { peers: [scene.peer], ...add });
    await torrent.done;
    expect((performance.now() - began) / 1000).toBeGreaterThan(FEWEST_SECONDS);
    expect(await sums(scene.dir)).toEqual(await seededSums(scene));
  });

  it("ends when it is removed", async () => {
    const scene = await seeded(await tempFolder(), { "data.bin": LENGTH }, { pieceLength: 65_536 });
    const torrent = await newClient(scene.dir).add(scene.torrent.file, { peers: [scene.peer], maxDownloadRate: 1_000 });
    // At 1 kB/s it would take an hour and a half.
    torrent.setRates({ maxDownloadRate: undefined });
    await torrent.done;
    expect(await sums(scene.dir)).toEqual(await seededSums(scene));
  });
});

describe("sequential mode", () => {
  it("downloads pieces in order", async () => {
    const scene = await seeded(await tempFolder(), { "data.bin": LENGTH }, { pieceLength: 65_536 });
    const torrent = await newClient(scene.dir).add(scene.torrent.file, {
      peers: [scene.peer],
      sequential: true,
      maxDownloadRate: RATE,
    });
    const order: number[] = [];
    torrent.on("piece", (piece) => order.push(piece));
    await torrent.done;
    expect(order).toHaveLength(torrent.metainfo?.pieceCount ?? 0);
    // The first may be an allowed-fast piece (BEP 6), anywhere in the torrent.
    const rest = order.slice(ALLOWED_FAST);
    const sorted = rest.toSorted((a, b) => a - b);
    // Hashing threads may finish neighbouring pieces in reverse order.
    expect(Math.max(...rest.map((piece, at) => Math.abs(sorted.indexOf(piece) - at)))).toBeLessThanOrEqual(8);
  });
});
