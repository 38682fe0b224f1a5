import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { nodeRuntime } from "../../src/runtime/node/index.ts";
import { newClient, sums, torrentOf, writeRandom } from "../support/clients.ts";
import { Deluge } from "../support/deluge.ts";
import { because, missing, type DebianPackage } from "../support/programs.ts";
import { Qbittorrent } from "../support/qbittorrent.ts";
import type { RealClient, Task } from "../support/real-clients.ts";
import { Rtorrent } from "../support/rtorrent.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { startMillraceTracker, trackerKnows } from "../support/trackers.ts";

const runtime = nodeRuntime();
afterAll(() => runtime.close());

const clients: readonly (readonly [string, DebianPackage, (task: Task) => Promise<RealClient>])[] = [
  ["rtorrent", "rtorrent", (task) => Rtorrent.start(task)],
  ["qbittorrent", "qbittorrent-nox", (task) => Qbittorrent.start(task)],
  ["deluge", "deluged", (task) => Deluge.start(task)],
];

interface Scene {
  readonly folder: string;
  /** Holds the data, `content`. */
  readonly seedDir: string;
  /** The torrent file, and the magnet link; both name the tracker. */
  readonly sources: Readonly<Record<"torrent" | "magnet link", string>>;
  /** Resolves when the tracker knows a seeder. */
  hasSeeder(): Promise<void>;
  /** An empty folder for the leecher of that number. */
  leechDir(number: number): Promise<string>;
}

/** Files of several pieces each, metadata of several blocks, and our own tracker. */
async function scene(): Promise<Scene> {
  const folder = await tempFolder();
  const seedDir = join(folder, "seed");
  await writeRandom(
    join(seedDir, "content"),
    Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`a file of number ${index}`, 10_000 + index])),
  );
  const tracker = await startMillraceTracker();
  const { file, metainfo } = await torrentOf(join(seedDir, "content"), {
    pieceLength: 16_384,
    trackers: [[tracker.http]],
  });
  expect(metainfo.infoBytes.length).toBeGreaterThan(16_384);
  return {
    folder,
    seedDir,
    sources: {
      torrent: file,
      "magnet link": `magnet:?xt=urn:btih:${metainfo.id.hex}&dn=content&tr=${encodeURIComponent(tracker.http)}`,
    },
    hasSeeder: () => trackerKnows(runtime, tracker.http, metainfo.id, { seeders: 1 }),
    leechDir: async (number) => {
      const dir = join(folder, `leech${number}`);
      await mkdir(dir);
      return dir;
    },
  };
}

async function content(folder: string): Promise<Record<string, string>> {
  return Object.fromEntries(Object.entries(await sums(folder)).filter(([name]) => name.startsWith("content/")));
}

describe.each(clients)("with %s", (_name, packageName, start) => {
  const lacking = missing(packageName);
  const cases = (["torrent", "magnet link"] as const).flatMap((source) =>
    [1, 4].map((leechers) => [source, leechers] as const),
  );

  it.skipIf(lacking.length > 0).each(cases)(
    `downloads from it by %s with %i clients at once${because(lacking)}`,
    async (source, leechers) => {
      const { folder, seedDir, sources, hasSeeder, leechDir } = await scene();
      await start({ home: join(folder, "home"), source: sources.torrent, dir: seedDir, seed: true });
      await hasSeeder();
      const dirs = await Promise.all(Array.from({ length: leechers }, (_, number) => leechDir(number)));
      await Promise.all(
        dirs.map(async (dir) => (await newClient(dir, { listenIp: "127.0.0.1" }).add(sources[source])).done),
      );
      for (const dir of dirs) expect(await sums(dir)).toEqual(await content(seedDir));
    },
  );

  it.skipIf(lacking.length > 0).each(cases)(
    `uploads to it by %s, to %i clients at once${because(lacking)}`,
    async (source, leechers) => {
      const { folder, seedDir, sources, hasSeeder, leechDir } = await scene();
      await (
        await newClient(seedDir, { listenIp: "127.0.0.1" }).add(sources.torrent)
      ).done;
      await hasSeeder();
      const dirs = await Promise.all(Array.from({ length: leechers }, (_, number) => leechDir(number)));
      const others = await Promise.all(
        dirs.map((dir, number) =>
          start({
            home: join(folder, `home${number}`),
            source: sources[source],
            dir,
            seed: false,
            ip: `127.0.0.${number + 2}`,
          }),
        ),
      );
      await Promise.all(others.map((other) => other.complete()));
      for (const dir of dirs) expect(await content(dir)).toEqual(await content(seedDir));
    },
  );
});
