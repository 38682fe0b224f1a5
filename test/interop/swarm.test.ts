import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Client } from "../../src/index.ts";
import { createTorrent } from "../../src/creation/index.ts";
import { nodeRuntime } from "../../src/runtime/node/index.ts";
import { eventually } from "../support/process.ts";
import { because, missing } from "../support/programs.ts";
import { Aria2, Libtorrent, sha256 } from "../support/real-clients.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { startOpentracker, trackerKnows } from "../support/trackers.ts";

const runtime = nodeRuntime();
afterAll(() => runtime.close());

const LENGTH = 4_000_000;
/**
 * Download limit of each leecher in bytes a second: slower than the seeder, so that no leecher is complete when the
 * seeder has sent the last piece.
 */
const DOWN = 250_000;
const PIECE_LENGTH = 65_536;
const lacking = missing("opentracker", "python3-libtorrent", "aria2");

describe.skipIf(lacking.length > 0)(`a swarm of three${because(lacking)}`, () => {
  it("completes without its only seeder, which leaves when the leechers together have every piece", async () => {
    const folder = await tempFolder();
    const dirs = {
      seeder: join(folder, "seeder"),
      libtorrent: join(folder, "libtorrent"),
      aria2: join(folder, "aria2"),
      millrace: join(folder, "millrace"),
    };
    await Promise.all(Object.values(dirs).map((dir) => mkdir(dir)));
    const original = join(dirs.seeder, "data.bin");
    await writeFile(original, randomBytes(LENGTH));
    const { metainfo } = await createTorrent(runtime, { path: original, pieceLength: PIECE_LENGTH });
    const tracker = await startOpentracker(folder, [metainfo.id]);
    const torrentFile = join(folder, "data.torrent");
    await writeFile(
      torrentFile,
      (await createTorrent(runtime, { path: original, pieceLength: PIECE_LENGTH, trackers: [[tracker.http]] })).bytes,
    );

    const seeder = await Libtorrent.start({
      home: join(folder, "h1"),
      source: torrentFile,
      dir: dirs.seeder,
      seed: true,
      up: 600_000,
    });
    await trackerKnows(runtime, tracker.http, metainfo.id, { seeders: 1 });
    const libtorrent = await Libtorrent.start({
      home: join(folder, "h2"),
      source: torrentFile,
      dir: dirs.libtorrent,
      seed: false,
      down: DOWN,
    });
    const aria2 = await Aria2.start({
      home: join(folder, "h3"),
      source: torrentFile,
      dir: dirs.aria2,
      seed: false,
      down: DOWN,
    });
    const client = new Client({ downloadDir: dirs.millrace, port: 0, maxDownloadRate: DOWN });
    try {
      const torrent = await client.add(torrentFile);
      await eventually("every piece exists without the seeder", () => {
        const ours = torrent.pieces() ?? new Uint8Array();
        return Array.from(libtorrent.pieces).every(
          (piece, index) => piece === "1" || ((ours[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0,
        );
      });
      await seeder.stop();
      expect(
        torrent.status().progress < 1 || libtorrent.pieces.includes("0"),
        "the seeder left too late: a leecher was complete",
      ).toBe(true);
      await Promise.all([torrent.done, libtorrent.complete(), aria2.complete()]);
      const expected = await sha256(original);
      for (const dir of [dirs.millrace, dirs.libtorrent, dirs.aria2])
        expect(await sha256(join(dir, "data.bin"))).toBe(expected);
      expect(torrent.status().uploaded).toBeGreaterThan(0);
    } finally {
      await client.close();
    }
  });
});
