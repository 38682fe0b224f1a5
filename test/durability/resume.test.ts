import { createHash } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import {
  addWatched,
  didCheck,
  hasPart,
  newClient,
  pieceCount,
  reaches,
  seeded,
  seededSums,
  sums,
} from "../support/clients.ts";
import { eventually, Program } from "../support/process.ts";
import { tempFolder } from "../support/temp-folder.ts";

const MIB = 1024 * 1024;
const PIECE = 64 * 1024;
const CHILD = fileURLToPath(new URL("../support/download-child.mjs", import.meta.url));

async function corrupt(path: string, position: number): Promise<void> {
  const file = await open(path, "r+");
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, position);
  await file.write(Buffer.of(byte.readUInt8() ^ 0xff), 0, 1, position);
  await file.close();
}

it("resumes a download after close() without hashing anything again", async () => {
  const scene = await seeded(await tempFolder(), { "data.bin": 12 * MIB }, { pieceLength: PIECE, rate: 4 * MIB });
  const first = newClient(scene.dir);
  const before = await first.add(scene.torrent.file, { peers: [scene.peer] });
  before.done.catch(() => undefined);
  await hasPart(before, 0.3);
  await first.close();

  const second = newClient(scene.dir);
  const { torrent, states } = await addWatched(second, scene.torrent.file);
  await reaches(torrent, "downloading");
  expect(didCheck(states)).toBe(false);
  expect(torrent.status().progress).toBeGreaterThanOrEqual(0.3);
  const left = torrent.status().wantedBytes - torrent.status().doneBytes;
  const downloaded = torrent.status().downloaded;
  await torrent.addPeers([scene.peer]);
  await torrent.done;
  // Blocks of unfinished pieces are kept, too.
  expect(torrent.status().downloaded - downloaded).toBeLessThanOrEqual(left);
  expect(await sums(scene.dir)).toEqual(await seededSums(scene));
});

it("seeds a complete torrent again after close() without hashing anything", async () => {
  const scene = await seeded(await tempFolder(), { "a/x": 3 * MIB, b: 1 * MIB, empty: 0 });
  const first = newClient(scene.dir);
  await (
    await first.add(scene.torrent.file, { peers: [scene.peer] })
  ).done;
  await first.close();
  const { torrent, states } = await addWatched(newClient(scene.dir), scene.torrent.file);
  await torrent.done;
  expect(didCheck(states)).toBe(false);
  expect(torrent.state.kind).toBe("seeding");
});

it("resumes after SIGKILL without hashing, loses at most 2 s of work, and has every piece that it claims", async () => {
  const scene = await seeded(await tempFolder(), { "data.bin": 24 * MIB }, { pieceLength: PIECE, rate: 2 * MIB });
  const child = new Program(process.execPath, [CHILD, scene.torrent.file, scene.dir, scene.peer, "0"]);
  const stored: { readonly piece: number; readonly at: number }[] = [];
  child.lines((line) => {
    const event = JSON.parse(line) as { event: string; piece: number };
    if (event.event === "piece") stored.push({ piece: event.piece, at: performance.now() });
  });
  const age = (): number => performance.now() - (stored[0]?.at ?? Number.POSITIVE_INFINITY);
  await eventually("it has downloaded for some seconds", () => {
    if (child.hasExited) throw child.failure("ended");
    return age() > 5_000;
  });
  const killedAt = performance.now();
  await child.stop("SIGKILL");

  const { torrent, states } = await addWatched(newClient(scene.dir), scene.torrent.file);
  await reaches(torrent, "downloading");
  expect(didCheck(states)).toBe(false);
  const bits = torrent.pieces() ?? new Uint8Array();
  const has = (piece: number): boolean => (((bits[piece >> 3] ?? 0) >> (7 - (piece & 7))) & 1) === 1;
  // Half a second more than the bound: the machine may be busy.
  const lost = stored.filter(({ piece, at }) => !has(piece) && at < killedAt - 2_500);
  expect(lost).toEqual([]);
  expect(pieceCount(torrent)).toBeGreaterThan(10);
  const data = await readFile(join(scene.dir, "data.bin"));
  const { metainfo } = scene.torrent;
  for (let piece = 0; piece < metainfo.pieceCount; piece++) {
    if (!has(piece)) continue;
    const hash = createHash("sha1")
      .update(data.subarray(piece * PIECE, (piece + 1) * PIECE))
      .digest();
    expect(Buffer.from(metainfo.pieceHash(piece)).equals(hash), `piece ${piece}`).toBe(true);
  }
  scene.seeder.setRates({ maxUploadRate: undefined });
  await torrent.addPeers([scene.peer]);
  await torrent.done;
  expect(await sums(scene.dir)).toEqual(await seededSums(scene));
});

it("recheck finds the one damaged piece, and downloads only that one again", async () => {
  const scene = await seeded(await tempFolder(), { "data.bin": 4 * MIB + 5 }, { pieceLength: PIECE });
  const torrent = await newClient(scene.dir).add(scene.torrent.file, { peers: [scene.peer] });
  await torrent.done;
  const before = torrent.status().downloaded;
  await corrupt(join(scene.dir, "data.bin"), 7 * PIECE + 1000);
  await torrent.recheck();
  await torrent.done;
  expect(torrent.status().downloaded - before).toBe(PIECE);
  expect(await sums(scene.dir)).toEqual(await seededSums(scene));
});

it("detects at the next start that data was changed while the client was not running", async () => {
  const scene = await seeded(await tempFolder(), { "data.bin": 4 * MIB }, { pieceLength: PIECE });
  const first = newClient(scene.dir);
  await (
    await first.add(scene.torrent.file, { peers: [scene.peer] })
  ).done;
  await first.close();
  await corrupt(join(scene.dir, "data.bin"), 3 * PIECE);
  const { torrent, states } = await addWatched(newClient(scene.dir), scene.torrent.file, { peers: [scene.peer] });
  await torrent.done;
  expect(didCheck(states)).toBe(true);
  expect(await sums(scene.dir)).toEqual(await seededSums(scene));
});

it("close() leaves nothing behind that keeps a process alive", async () => {
  const scene = await seeded(await tempFolder(), { "data.bin": 6 * MIB });
  const child = new Program(process.execPath, [CHILD, scene.torrent.file, scene.dir, scene.peer, "0"]);
  let closedAt: number | undefined;
  child.lines((line) => {
    if ((JSON.parse(line) as { event: string }).event === "closed") closedAt = performance.now();
  });
  expect(await child.exit(), child.output).toBe(0);
  expect(closedAt).toBeDefined();
  expect(performance.now() - (closedAt ?? 0)).toBeLessThan(5_000);
  expect(await sums(scene.dir)).toEqual(await seededSums(scene));
});
