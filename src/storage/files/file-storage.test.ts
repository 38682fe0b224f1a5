import { existsSync } from "node:fs";
import { mkdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tempFolder } from "../../../test/support/temp-folder.ts";
import { FileLayout, type FileEntry } from "../../metainfo/index.ts";
import { nodeRuntime } from "../../runtime/node/index.ts";
import { FilePool } from "./file-pool.ts";
import { FileStorage } from "./file-storage.ts";

const PIECE = 16_384;
const { files } = nodeRuntime();

function entry(path: readonly string[], length: number, isPadding = false): FileEntry {
  return {
    path,
    length,
    isPadding,
    isExecutable: false,
    isHidden: false,
    symlinkPath: undefined,
    piecesRoot: undefined,
  };
}

interface Stage {
  readonly folder: string;
  readonly storage: FileStorage;
  readonly pool: FilePool;
}

async function stage(
  entries: readonly FileEntry[],
  options: { allocation?: "full"; name?: string; folder?: string } = {},
): Promise<Stage> {
  const folder = options.folder ?? (await tempFolder());
  const pool = new FilePool(files);
  const storage = new FileStorage({
    files,
    pool,
    layout: new FileLayout(entries, PIECE),
    folder,
    name: options.name ?? "torrent",
    partPath: join(folder, "x.parts"),
    ...(options.allocation === undefined ? {} : { allocation: options.allocation }),
  });
  return { folder, storage, pool };
}

const bytes = (length: number, seed = 1): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 7 + seed * 31) & 0xff);

describe("FileStorage", () => {
  it("writes across files, and reads back in parts of other sizes", async () => {
    const { storage, pool, folder } = await stage([
      entry(["a"], 10_000),
      entry(["deep", "er", "b"], 1),
      entry(["c"], 30_000),
    ]);
    const data = bytes(40_001);
    await storage.write(0, [data.subarray(0, 5_000), data.subarray(5_000, 20_000), data.subarray(20_000)]);
    const first = new Uint8Array(12_345);
    const second = new Uint8Array(40_001 - 12_345 - 100);
    await storage.read(100, [first, second]);
    expect(Buffer.concat([first, second]).equals(data.subarray(100))).toBe(true);
    expect(new Uint8Array(await readFile(join(folder, "torrent/deep/er/b")))).toEqual(data.subarray(10_000, 10_001));
    await pool.close();
  });

  it("never writes padding and reads it as zeros", async () => {
    const { storage, pool, folder } = await stage([
      entry(["a"], 100),
      entry([".pad", "x"], PIECE - 100, true),
      entry(["b"], 5),
    ]);
    await storage.write(0, [new Uint8Array(PIECE + 5).fill(9)]);
    const back = new Uint8Array(PIECE + 5).fill(1);
    await storage.read(0, [back]);
    expect([back[99], back[100], back[PIECE - 1], back[PIECE]]).toEqual([9, 0, 0, 9]);
    expect(existsSync(join(folder, "torrent/.pad"))).toBe(false);
    await pool.close();
  });

  it("prepare creates empty files, and allocates the others in full when asked to", async () => {
    const { storage, pool, folder } = await stage([entry(["sub", "empty"], 0), entry(["a"], 5_000_000)], {
      allocation: "full",
    });
    await storage.prepare();
    expect((await stat(join(folder, "torrent/sub/empty"))).size).toBe(0);
    const full = await stat(join(folder, "torrent/a"));
    expect(full.size).toBe(5_000_000);
    expect(full.blocks * 512).toBeGreaterThanOrEqual(5_000_000);
    await pool.close();
  });

  it("stores bytes of unwanted files in the part file, and moves them when the files become wanted", async () => {
    const { storage, pool, folder } = await stage([entry(["a"], 20_000), entry(["b"], 20_000), entry(["c"], 20_000)]);
    await storage.select((file) => file === 1);
    const data = bytes(60_000);
    // The pieces that file b touches: 1 and 2.
    await storage.write(PIECE, [data.subarray(PIECE, 3 * PIECE)]);
    expect(existsSync(join(folder, "torrent/a"))).toBe(false);
    expect(existsSync(join(folder, "torrent/c"))).toBe(false);
    const back = new Uint8Array(2 * PIECE);
    await storage.read(PIECE, [back]);
    expect(Buffer.compare(back, data.subarray(PIECE, 3 * PIECE))).toBe(0);

    await storage.select(() => true);
    const a = await readFile(join(folder, "torrent/a"));
    expect(a.length).toBe(20_000);
    expect(Buffer.compare(a.subarray(PIECE), data.subarray(PIECE, 20_000))).toBe(0);
    await storage.read(PIECE, [back]);
    expect(Buffer.compare(back, data.subarray(PIECE, 3 * PIECE))).toBe(0);
    await pool.close();
  });

  it("moves all bytes that arrived for a file while it was not wanted, also of middle pieces", async () => {
    const { storage, pool } = await stage([entry(["a"], 20_000), entry(["b"], 3_000_000), entry(["c"], 20_000)]);
    await storage.select((file) => file !== 1);
    const data = bytes(PIECE * 3, 5);
    const places = [2 * PIECE, 70 * PIECE, 170 * PIECE];
    for (const [at, place] of places.entries())
      await storage.write(place, [data.subarray(at * PIECE, (at + 1) * PIECE)]);
    await storage.select(() => true);
    for (const [at, place] of places.entries()) {
      const back = new Uint8Array(PIECE);
      await storage.read(place, [back]);
      expect(Buffer.compare(back, data.subarray(at * PIECE, (at + 1) * PIECE))).toBe(0);
    }
    await pool.close();
  });

  it("loses nothing that is written while the selection changes", async () => {
    const { storage, pool } = await stage([entry(["a"], 20_000), entry(["b"], 400_000), entry(["c"], 20_000)]);
    await storage.select((file) => file !== 1);
    const data = bytes(10 * PIECE, 3);
    const works: Promise<void>[] = [];
    for (let piece = 0; piece < 10; piece++) {
      works.push(storage.write((piece + 2) * PIECE, [data.subarray(piece * PIECE, (piece + 1) * PIECE)]));
      works.push(storage.select((file) => file !== 1 || piece % 2 === 0));
    }
    works.push(storage.select(() => true));
    await Promise.all(works);
    const back = new Uint8Array(10 * PIECE);
    await storage.read(2 * PIECE, [back]);
    expect(Buffer.compare(back, data)).toBe(0);
    await pool.close();
  });

  it("rejects with storage.short when data is missing", async () => {
    const { storage, pool, folder } = await stage([entry(["a"], 20_000)]);
    await mkdir(join(folder, "torrent"));
    await writeFile(join(folder, "torrent/a"), "short");
    await expect(storage.read(0, [new Uint8Array(10)])).rejects.toMatchObject({ code: "storage.short" });
    await pool.close();
  });

  it("refuses to write through a link to a folder or file outside", async () => {
    const outside = await tempFolder();
    const { storage, pool, folder } = await stage([entry(["link", "a"], 100), entry(["b"], 100)]);
    await mkdir(join(folder, "torrent"));
    await symlink(outside, join(folder, "torrent/link"));
    await symlink(join(outside, "b"), join(folder, "torrent/b"));
    await expect(storage.write(0, [new Uint8Array(50)])).rejects.toMatchObject({ code: "storage.outside" });
    await expect(storage.write(100, [new Uint8Array(50)])).rejects.toMatchObject({ code: "storage.outside" });
    expect(existsSync(join(outside, "a")) || existsSync(join(outside, "b"))).toBe(false);
    await pool.close();
  });

  it("follows a link that stays inside", async () => {
    const { storage, pool, folder } = await stage([entry(["link", "a"], 100)]);
    await mkdir(join(folder, "torrent/real"), { recursive: true });
    await symlink(join(folder, "torrent/real"), join(folder, "torrent/link"));
    await storage.write(0, [bytes(100)]);
    expect((await readFile(join(folder, "torrent/real/a"))).length).toBe(100);
    await pool.close();
  });

  it("sync rejects when a written file was removed, and the next write creates it again", async () => {
    const { storage, pool, folder } = await stage([entry(["a"], 100)]);
    await storage.write(0, [bytes(100)]);
    await rm(join(folder, "torrent/a"));
    await expect(storage.sync()).rejects.toMatchObject({ code: "storage.vanished" });
    await storage.write(0, [bytes(100)]);
    await storage.sync();
    expect((await readFile(join(folder, "torrent/a"))).length).toBe(100);
    await pool.close();
  });

  it("remove deletes its files and empty folders, and leaves other files", async () => {
    const { storage, folder } = await stage([entry(["x", "a"], 100), entry(["y", "b"], 100)]);
    await storage.write(0, [bytes(200)]);
    await writeFile(join(folder, "torrent/y/mine"), "keep");
    await storage.remove();
    expect(existsSync(join(folder, "torrent/x"))).toBe(false);
    expect(existsSync(join(folder, "torrent/y/b"))).toBe(false);
    expect(existsSync(join(folder, "torrent/y/mine"))).toBe(true);
  });

  it("segments returns where bytes lie: files, padding, part file", async () => {
    const { storage, folder } = await stage([entry(["a"], 100), entry(["p"], 50, true), entry(["b"], 100)]);
    await storage.select((file) => file === 0);
    expect(storage.segments(90, 100)).toEqual([
      { path: `${folder}/torrent/a`, offset: 90, length: 10 },
      { path: undefined, offset: 0, length: 50 },
      { path: join(folder, "x.parts"), offset: 150, length: 40 },
    ]);
  });
});
