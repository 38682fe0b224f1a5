import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { newClient, sums, torrentOf, writeRandom } from "../support/clients.ts";
import { nodeRuntime } from "../../src/runtime/node/index.ts";
import { because, missing } from "../support/programs.ts";
import { Libtorrent, Transmission } from "../support/real-clients.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { startOpentracker, trackerKnows } from "../support/trackers.ts";

const runtime = nodeRuntime();
afterAll(() => runtime.close());

/** Names that each of these clients writes unchanged; by their lengths most pieces belong to several files. */
const ODD: Readonly<Record<string, number>> = {
  "content/plain with spaces .bin": 100_000,
  "content/.hidden": 333,
  "content/..two dots": 1,
  "content/Größe nfc \u00e9.txt": 70_001,
  "content/nfd e\u0301.txt": 1,
  "content/日本語/ファイル.bin": 65_536,
  "content/emoji 🎬 👩‍👩‍👧.mkv": 200_003,
  "content/it's & 50% #1 (copy) [x] {y} ~ $HOME `z`;!.txt": 12_345,
  [`content/${"long".repeat(55)}.bin`]: 40_000,
  "content/a/b/c/d/e/f/g/h/i/j/k/l/deep": 77_777,
  "content/empty": 0,
  "content/empty folder's file/nothing": 0,
  "content/one byte": 1,
  "content/-starts-with-dash": 16_384,
};

/** Names that Transmission changes on disk: quotes and the like, and leading spaces. */
const QUOTED: Readonly<Record<string, number>> = {
  "content/ leading space": 5_000,
  'content/say "hello".txt': 20_000,
  "content/what? why* a<b>c|d:e": 30_000,
};

interface Scene {
  readonly home: string;
  readonly seedDir: string;
  readonly dir: string;
}

async function folders(lengths: Readonly<Record<string, number>>): Promise<Scene> {
  const root = await tempFolder();
  const scene = { home: join(root, "home"), seedDir: join(root, "seed"), dir: join(root, "leech") };
  await Promise.all([mkdir(scene.seedDir), mkdir(scene.dir)]);
  await writeRandom(scene.seedDir, lengths);
  return scene;
}

async function content(folder: string): Promise<Record<string, string>> {
  return Object.fromEntries(Object.entries(await sums(folder)).filter(([name]) => name.startsWith("content/")));
}

const pieces = { pieceLength: 32_768 };
const noLibtorrent = missing("python3-libtorrent");

describe(`odd names, with libtorrent${because(noLibtorrent)}`, () => {
  const lengths = { ...ODD, ...QUOTED };

  it.skipIf(noLibtorrent.length > 0)("arrive from it", async () => {
    const { home, seedDir, dir } = await folders(lengths);
    const { file, metainfo } = await torrentOf(join(seedDir, "content"), pieces);
    // Names that are not valid on all systems are made safe when a torrent is read: the files have the safe names.
    expect(metainfo.files.length).toBe(Object.keys(lengths).length);
    const other = await Libtorrent.start({ home, source: file, dir: seedDir, seed: true });
    await (
      await newClient(dir).add(file, { peers: [`127.0.0.1:${other.port}`] })
    ).done;
    expect(Object.values(await sums(dir)).toSorted()).toEqual(Object.values(await content(seedDir)).toSorted());
    expect(await sums(dir)).toEqual(await content(seedDir));
  });

  it.skipIf(noLibtorrent.length > 0)("arrive at it", async () => {
    const { home, seedDir, dir } = await folders(lengths);
    const { file } = await torrentOf(join(seedDir, "content"), pieces);
    const client = newClient(seedDir);
    await (
      await client.add(file)
    ).done;
    const other = await Libtorrent.start({ home, source: file, dir, seed: false });
    other.connect("127.0.0.1", client.port);
    await other.complete();
    expect(Object.values(await sums(dir)).toSorted()).toEqual(Object.values(await content(seedDir)).toSorted());
  });
});

describe("IPv6, with libtorrent", () => {
  it.skipIf(noLibtorrent.length > 0).each(["from", "to"] as const)(
    `transfers data %s it over ::1${because(noLibtorrent)}`,
    async (direction) => {
      const { home, seedDir, dir } = await folders({ "content/a": 1_000_000, "content/b": 300_000 });
      const { file } = await torrentOf(join(seedDir, "content"));
      const client = newClient(direction === "from" ? dir : seedDir);
      const other = await Libtorrent.start(
        { home, source: file, dir: direction === "from" ? seedDir : dir, seed: direction === "from" },
        { ipv6: true },
      );
      if (direction === "from") {
        const torrent = await client.add(file, { peers: [`[::1]:${other.port}`] });
        await torrent.done;
      } else {
        await (
          await client.add(file)
        ).done;
        other.connect("::1", client.port);
        await other.complete();
      }
      expect(await sums(dir)).toEqual(await content(seedDir));
    },
  );
});

const noTransmission = missing("transmission-daemon", "opentracker");
describe("odd names, with transmission", () => {
  it.skipIf(noTransmission.length > 0).each(["from", "to"] as const)(
    `are transferred %s it${because(noTransmission)}`,
    async (direction) => {
      const { home, seedDir, dir } = await folders(ODD);
      const { metainfo } = await torrentOf(join(seedDir, "content"), pieces);
      const tracker = await startOpentracker(home, [metainfo.id]);
      const { file } = await torrentOf(join(seedDir, "content"), { ...pieces, trackers: [[tracker.http]] });
      const other = await Transmission.start({
        home,
        source: file,
        dir: direction === "from" ? seedDir : dir,
        seed: direction === "from",
      });
      await trackerKnows(runtime, tracker.http, metainfo.id, direction === "from" ? { seeders: 1 } : { leechers: 1 });
      const torrent = await newClient(direction === "from" ? dir : seedDir).add(file);
      await (direction === "from" ? torrent.done : other.complete());
      const [got, sent] = [await sums(dir), await content(seedDir)];
      // Transmission creates no empty files.
      const isEmpty = (name: string): boolean => ODD[name] === 0;
      const full = (found: Record<string, string>): Record<string, string> =>
        Object.fromEntries(Object.entries(found).filter(([name]) => direction === "from" || !isEmpty(name)));
      expect(full(got)).toEqual(full(sent));
      expect(await readdir(dir)).toContain("content");
    },
  );
});
