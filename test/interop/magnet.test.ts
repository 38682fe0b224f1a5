import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { newClient, sums, torrentOf, writeRandom } from "../support/clients.ts";
import { eventually } from "../support/process.ts";
import { formatMagnet } from "../../src/metainfo/index.ts";
import { nodeRuntime } from "../../src/runtime/node/index.ts";
import { because, missing } from "../support/programs.ts";
import { Aria2, Libtorrent, Transmission, type RealClient, type Task } from "../support/real-clients.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { Rtorrent } from "../support/rtorrent.ts";
import { startMillraceTracker, startOpentracker, trackerKnows } from "../support/trackers.ts";

const runtime = nodeRuntime();
afterAll(() => runtime.close());

/** Enough files for metadata of several blocks (BEP 9: 16 KiB each). */
const FILES = 700;

interface Scene {
  readonly home: string;
  /** Holds the data, `content`. */
  readonly seedDir: string;
  /** Empty. */
  readonly dir: string;
  readonly file: string;
  readonly infoHash: Parameters<typeof trackerKnows>[2];
  readonly link: string;
}

/** `nameLength`: characters of each file's name: long names make long metadata. */
async function scene(count = FILES, nameLength = 0): Promise<Scene> {
  const home = await tempFolder();
  const [seedDir, dir] = [join(home, "seed"), join(home, "leech")];
  await Promise.all([mkdir(seedDir), mkdir(dir)]);
  const files = Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `content/${`file number ${index}`.padEnd(nameLength, "x")}`,
      4_000 + index,
    ]),
  );
  await writeRandom(seedDir, files);
  const { file, metainfo } = await torrentOf(join(seedDir, "content"), { pieceLength: 16_384 });
  expect(metainfo.infoBytes.length).toBeGreaterThan(2 * 16_384);
  return {
    home: join(home, "home"),
    seedDir,
    dir,
    file,
    infoHash: metainfo.id,
    link: `magnet:?xt=urn:btih:${metainfo.id.hex}&dn=content`,
  };
}

async function content(folder: string): Promise<Record<string, string>> {
  return Object.fromEntries(Object.entries(await sums(folder)).filter(([name]) => name.startsWith("content/")));
}

const seeders: readonly (readonly [
  string,
  "python3-libtorrent" | "transmission-daemon",
  (task: Task) => Promise<RealClient>,
])[] = [
  ["libtorrent", "python3-libtorrent", (task) => Libtorrent.start(task)],
  ["transmission", "transmission-daemon", (task) => Transmission.start(task)],
];

describe.each(seeders)("a magnet link to %s", (_name, packageName, start) => {
  const lacking = missing(packageName);

  it.skipIf(lacking.length > 0)(`downloads with x.pe alone${because(lacking)}`, async () => {
    const { home, seedDir, dir, file, link } = await scene();
    const seeder = await start({ home, source: file, dir: seedDir, seed: true });
    const torrent = await newClient(dir).add(`${link}&x.pe=127.0.0.1:${seeder.port}`);
    await torrent.done;
    expect(torrent.metainfo?.files).toHaveLength(FILES);
    expect(await sums(dir)).toEqual(await content(seedDir));
  });

  const lackingTracker = missing(packageName, "opentracker");

  it.skipIf(lackingTracker.length > 0).each(["http", "udp"] as const)(
    `downloads with a tracker (tr, %s) alone${because(lackingTracker)}`,
    async (scheme) => {
      const { home, seedDir, dir, infoHash, link } = await scene();
      const tracker = await startOpentracker(home, [infoHash]);
      const { file } = await torrentOf(join(seedDir, "content"), {
        pieceLength: 16_384,
        trackers: [[tracker[scheme]]],
      });
      await start({ home, source: file, dir: seedDir, seed: true });
      await trackerKnows(runtime, tracker[scheme], infoHash, { seeders: 1 });
      const torrent = await newClient(dir).add(`${link}&tr=${encodeURIComponent(tracker[scheme])}`);
      await torrent.done;
      expect(await sums(dir)).toEqual(await content(seedDir));
    },
  );
});

describe("a magnet link to rtorrent", () => {
  const lacking = missing("rtorrent");

  it.skipIf(lacking.length > 0)(
    `fetches metadata of 100 KiB, although rtorrent replies to one request at a time${because(lacking)}`,
    async () => {
      const { home, seedDir, dir, link } = await scene(450, 220);
      // rtorrent does not load a torrent without a tracker.
      const tracker = await startMillraceTracker();
      const { file } = await torrentOf(join(seedDir, "content"), { pieceLength: 16_384, trackers: [[tracker.http]] });
      const seeder = await Rtorrent.start({ home, source: file, dir: seedDir, seed: true });
      const torrent = await newClient(dir).add(`${link}&x.pe=127.0.0.1:${seeder.port}`);
      await eventually("the metadata is there", () => torrent.metainfo, 15_000);
      expect(torrent.metainfo?.infoBytes.length).toBeGreaterThan(100 * 1024);
      await torrent.done;
      expect(await sums(dir)).toEqual(await content(seedDir));
    },
  );
});

describe("metadata from us", () => {
  const lacking = missing("python3-libtorrent");

  it.skipIf(lacking.length > 0)(`libtorrent downloads by a magnet link that names us${because(lacking)}`, async () => {
    const { home, seedDir, dir, file, link } = await scene();
    const client = newClient(seedDir);
    const torrent = await client.add(file);
    await torrent.done;
    const other = await Libtorrent.start({ home, source: link, dir, seed: false });
    other.connect("127.0.0.1", client.port);
    await other.hasMetadata();
    await other.complete();
    expect(await sums(dir)).toEqual(await content(seedDir));
  });

  const lackingAria2 = missing("aria2");

  it.skipIf(lackingAria2.length > 0)(
    `aria2, which announces left=0 for a magnet link, finds us through our tracker${because(lackingAria2)}`,
    async () => {
      const { home, seedDir, dir, infoHash, file, link } = await scene();
      const tracker = await startMillraceTracker();
      await (
        await newClient(seedDir).add(file, { extraTrackers: [tracker.http] })
      ).done;
      await trackerKnows(runtime, tracker.http, infoHash, { seeders: 1 });
      const other = await Aria2.start({
        home,
        source: `${link}&tr=${encodeURIComponent(tracker.http)}`,
        dir,
        seed: false,
      });
      await other.complete();
      expect(await content(dir)).toEqual(await content(seedDir));
    },
  );

  const lackingForAria2 = missing("aria2", "opentracker");

  it.skipIf(lackingForAria2.length > 0)(
    `aria2 downloads by a magnet link with a tracker${because(lackingForAria2)}`,
    async () => {
      const { home, seedDir, dir, infoHash, file, link } = await scene();
      const tracker = await startOpentracker(home, [infoHash]);
      await (
        await newClient(seedDir).add(file, { extraTrackers: [tracker.http] })
      ).done;
      await trackerKnows(runtime, tracker.http, infoHash, { seeders: 1 });
      const other = await Aria2.start({
        home,
        source: `${link}&tr=${encodeURIComponent(tracker.http)}`,
        dir,
        seed: false,
      });
      await other.complete();
      expect(await content(dir)).toEqual(await content(seedDir));
    },
  );
});

it("a magnet link resumes after a restart without a peer that sends the metadata again", async () => {
  const { seedDir, dir, file, link } = await scene();
  const seeder = newClient(seedDir);
  await (
    await seeder.add(file)
  ).done;
  const first = newClient(dir);
  await (
    await first.add(`${link}&x.pe=127.0.0.1:${seeder.port}`)
  ).done;
  await first.close();
  await seeder.close();
  const again = await newClient(dir).add(link);
  await again.done;
  expect(again.metainfo?.files).toHaveLength(FILES);
});

describe.skipIf(missing("python3-libtorrent").length > 0)(
  `metadata alone${because(missing("python3-libtorrent"))}`,
  () => {
    it.each(["v1", "v2", "hybrid"] as const)("of a %s torrent that libtorrent seeds is fetched", async (version) => {
      const home = await tempFolder();
      const [seedDir, dir] = [join(home, "seed"), join(home, "leech")];
      await Promise.all([mkdir(seedDir), mkdir(dir)]);
      const files = Array.from({ length: FILES }, (_, index) => [`content/file number ${index}`, 100 + index] as const);
      await writeRandom(seedDir, Object.fromEntries(files));
      const { file, metainfo } = await torrentOf(join(seedDir, "content"), { pieceLength: 16_384, version });
      const seeder = await Libtorrent.start({ home, source: file, dir: seedDir, seed: true });
      const link = formatMagnet({ infoHash: metainfo.infoHash, infoHashV2: metainfo.infoHashV2 });
      const options = { metadataOnly: true, peers: [`127.0.0.1:${seeder.port}`] };
      const torrent = await newClient(dir).add(link, options);
      await torrent.done;
      expect(torrent.metainfo?.infoBytes).toEqual(metainfo.infoBytes);
      expect(await sums(dir)).toEqual({});
    });
  },
);
