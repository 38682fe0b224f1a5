import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { formatMagnet } from "../../src/metainfo/index.ts";
import { nodeRuntime } from "../../src/runtime/node/index.ts";
import { newClient, sums, torrentOf, writeRandom } from "../support/clients.ts";
import { because, missing } from "../support/programs.ts";
import { Libtorrent } from "../support/real-clients.ts";
import { startMillraceTracker, trackerKnows } from "../support/trackers.ts";
import { tempFolder } from "../support/temp-folder.ts";

const lacksLibtorrent = missing("python3-libtorrent");

/** Files around the length of a block and of a piece, and a long one. */
const LENGTHS = {
  "data/empty": 0,
  "data/one": 1,
  "data/short": 16_383,
  "data/block": 16_384,
  "data/more": 16_385,
  "data/long": 3_000_001,
};

async function scene(version: "v2" | "hybrid") {
  const folder = await tempFolder();
  const [seedDir, leechDir] = [join(folder, "seed"), join(folder, "leech")];
  await mkdir(leechDir);
  await writeRandom(seedDir, LENGTHS);
  const { file, metainfo } = await torrentOf(join(seedDir, "data"), { version, pieceLength: 65_536 });
  return { home: join(folder, "home"), seedDir, leechDir, file, metainfo };
}

/** The checksums of the files in a folder, without those of Millrace's own. */
async function contents(folder: string): Promise<(string | undefined)[]> {
  const found = await sums(folder);
  return Object.keys(LENGTHS).map((name) => found[name]);
}

describe.skipIf(lacksLibtorrent.length > 0)(`v2 with libtorrent${because(lacksLibtorrent)}`, () => {
  it.each(["v2", "hybrid"] as const)("downloads a %s torrent from it", async (version) => {
    const { home, seedDir, leechDir, file } = await scene(version);
    const seeder = await Libtorrent.start({ home, source: file, dir: seedDir, seed: true });
    const torrent = await newClient(leechDir, { dht: false }).add(file, { peers: [`127.0.0.1:${seeder.port}`] });
    await torrent.done;
    expect(await contents(leechDir)).toEqual(await contents(seedDir));
    await seeder.stop();
  });

  it.each([
    ["v2", "btmh"],
    ["hybrid", "btmh"],
    ["hybrid", "btih"],
  ] as const)("downloads a magnet link of a %s torrent by %s", async (version, topic) => {
    const { home, seedDir, leechDir, file, metainfo } = await scene(version);
    const seeder = await Libtorrent.start({ home, source: file, dir: seedDir, seed: true });
    const magnet = formatMagnet(
      topic === "btih" ? { infoHash: metainfo.infoHash } : { infoHashV2: metainfo.infoHashV2 },
    );
    const client = newClient(leechDir, { dht: false });
    const torrent = await client.add(magnet, { peers: [`127.0.0.1:${seeder.port}`] });
    await torrent.done;
    expect(await contents(leechDir)).toEqual(await contents(seedDir));
    const known = [metainfo.infoHash, metainfo.infoHashV2].filter((hash) => hash !== undefined);
    expect(known.map((hash) => client.get(hash))).toEqual(known.map(() => torrent));
    await seeder.stop();
  });

  it.each([
    ["v2", "btmh"],
    ["hybrid", "btmh"],
    ["hybrid", "btih"],
  ] as const)("uploads a %s torrent to a magnet link by %s", async (version, topic) => {
    const { home, seedDir, leechDir, file, metainfo } = await scene(version);
    const client = newClient(seedDir, { dht: false });
    await (
      await client.add(file)
    ).done;
    const magnet = formatMagnet(
      topic === "btih" ? { infoHash: metainfo.infoHash } : { infoHashV2: metainfo.infoHashV2 },
    );
    const leecher = await Libtorrent.start({ home, source: magnet, dir: leechDir, seed: false });
    leecher.connect("127.0.0.1", client.port);
    await leecher.complete();
    expect(await contents(leechDir)).toEqual(await contents(seedDir));
    await leecher.stop();
  });

  it.each(["v2", "hybrid"] as const)("uploads a %s torrent to it", async (version) => {
    const { home, seedDir, leechDir, file } = await scene(version);
    const client = newClient(seedDir, { dht: false });
    await (
      await client.add(file)
    ).done;
    const leecher = await Libtorrent.start({ home, source: file, dir: leechDir, seed: false });
    leecher.connect("127.0.0.1", client.port);
    await leecher.complete();
    expect(await contents(leechDir)).toEqual(await contents(seedDir));
    await leecher.stop();
  });
});

describe.skipIf(lacksLibtorrent.length > 0)(`a hybrid torrent at a tracker${because(lacksLibtorrent)}`, () => {
  it("is announced by both info-hashes, and found by libtorrent's magnet link of either", async () => {
    const tracker = await startMillraceTracker();
    const { home, seedDir, leechDir, metainfo } = await scene("hybrid");
    const client = newClient(seedDir, { dht: false, trackers: true });
    const torrent = await client.add(metainfo, { extraTrackers: [tracker.http] });
    await torrent.done;
    const runtime = nodeRuntime();
    for (const hash of torrent.infoHashes) await trackerKnows(runtime, tracker.http, hash, { seeders: 1 });
    expect(torrent.infoHashes.map(({ version }) => version)).toEqual([1, 2]);
    for (const hashes of [{ infoHash: metainfo.infoHash }, { infoHashV2: metainfo.infoHashV2 }]) {
      const dir = join(leechDir, Object.keys(hashes).join());
      await mkdir(dir);
      const source = formatMagnet({ ...hashes, trackers: [tracker.http] });
      const leecher = await Libtorrent.start({ home, source, dir, seed: false });
      await leecher.complete();
      expect(await contents(dir)).toEqual(await contents(seedDir));
      await leecher.stop();
    }
    await runtime.close();
  });
});
