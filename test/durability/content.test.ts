import { existsSync } from "node:fs";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { hasPart, newClient, reaches, seeded, seededSums, sums } from "../support/clients.ts";
import { eventually } from "../support/process.ts";
import { tempFolder } from "../support/temp-folder.ts";

const MIB = 1024 * 1024;
const PIECE = 64 * 1024;

it("writes only selected files to disk, boundary bytes to the part file, and the rest when it is selected later", async () => {
  const scene = await seeded(
    await tempFolder(),
    { "1-first": 300_000, "2-wanted": 200_000, "3-last": 250_000, "4-empty": 0 },
    { pieceLength: PIECE },
  );
  const client = newClient(scene.dir);
  const torrent = await client.add(scene.torrent.file, {
    peers: [scene.peer],
    select: (file) => file.path.includes("2-wanted"),
  });
  await torrent.done;
  const all = await seededSums(scene);
  expect(await sums(scene.dir)).toEqual({ "content/2-wanted": all["content/2-wanted"] });
  const parts = join(scene.dir, ".millrace", `${scene.torrent.metainfo.id.hex}.parts`);
  expect(existsSync(parts)).toBe(true);
  const before = torrent.status().downloaded;

  await torrent.setPriorities(new Map(scene.torrent.metainfo.files.map((file) => [file.index, "normal"])));
  await torrent.done;
  expect(await sums(scene.dir)).toEqual(all);
  // The bytes in the part file were not downloaded twice.
  expect(torrent.status().downloaded).toBe(scene.torrent.metainfo.totalSize);
  expect(before).toBeLessThan(scene.torrent.metainfo.totalSize);
});

it("keeps a partial selection over a restart, part file included", async () => {
  const scene = await seeded(
    await tempFolder(),
    { "1-first": 300_000, "2-wanted": 200_000, "3-last": 250_000 },
    { pieceLength: PIECE },
  );
  const select = { select: (file: { readonly path: readonly string[] }): boolean => file.path.includes("2-wanted") };
  const first = newClient(scene.dir);
  await (
    await first.add(scene.torrent.file, { peers: [scene.peer], ...select })
  ).done;
  await first.close();
  const again = await newClient(scene.dir).add(scene.torrent.file, { peers: [scene.peer], ...select });
  await again.done;
  const before = again.status().downloaded;
  await again.setPriorities(new Map(scene.torrent.metainfo.files.map((file) => [file.index, "high"])));
  await again.done;
  expect(await sums(scene.dir)).toEqual(await seededSums(scene));
  expect(again.status().downloaded).toBe(scene.torrent.metainfo.totalSize);
  expect(before).toBeLessThan(scene.torrent.metainfo.totalSize);
});

it("pause() leaves the swarm and resume() completes", async () => {
  const scene = await seeded(await tempFolder(), { "data.bin": 12 * MIB }, { pieceLength: PIECE, rate: 4 * MIB });
  const torrent = await newClient(scene.dir).add(scene.torrent.file, { peers: [scene.peer] });
  await hasPart(torrent, 0.2);
  await torrent.pause();
  expect(torrent.state.kind).toBe("paused");
  expect(torrent.peers()).toEqual([]);
  const seed = scene.seeder.torrents[0];
  await eventually("the seeder has no peer", () => seed?.peers().length === 0);
  const atPause = torrent.status().downloaded;
  torrent.resume();
  scene.seeder.setRates({ maxUploadRate: undefined });
  await torrent.done;
  expect(atPause).toBeLessThan(12 * MIB);
  expect(torrent.status().downloaded).toBeLessThanOrEqual(12 * MIB + PIECE);
  expect(await sums(scene.dir)).toEqual(await seededSums(scene));
});

it("remove() keeps the data and deletes the state", async () => {
  const scene = await seeded(await tempFolder(), { "a/x": MIB, b: 10 });
  const client = newClient(scene.dir);
  const torrent = await client.add(scene.torrent.file, { peers: [scene.peer] });
  await torrent.done;
  await torrent.remove();
  expect(client.torrents).toEqual([]);
  expect(torrent.state.kind).toBe("closed");
  expect(await sums(scene.dir)).toEqual(await seededSums(scene));
  expect(existsSync(join(scene.dir, ".millrace")) ? await readdir(join(scene.dir, ".millrace")) : []).toEqual([]);
  // It can be added again.
  const again = await client.add(scene.torrent.file);
  await again.done;
});

it("remove({ deleteData }) while downloading deletes the torrent's files and nothing else", async () => {
  const scene = await seeded(
    await tempFolder(),
    { "deep/er/x": 8 * MIB, b: 10, empty: 0 },
    { pieceLength: PIECE, rate: 2 * MIB },
  );
  const client = newClient(scene.dir);
  const torrent = await client.add(scene.torrent.file, { peers: [scene.peer] });
  await hasPart(torrent, 0.1);
  torrent.done.catch(() => undefined);
  await writeFile(join(scene.dir, "content", "mine.txt"), "not the torrent's");
  await torrent.remove({ deleteData: true });
  expect(Object.keys(await sums(scene.dir))).toEqual(["content/mine.txt"]);
  expect(await readdir(join(scene.dir, "content"))).toEqual(["mine.txt"]);
});

it("remove({ deleteData }) deletes the part file and empty folders, too", async () => {
  const scene = await seeded(await tempFolder(), { "1/x": 100_000, "2/y": 100_000 }, { pieceLength: PIECE });
  const torrent = await newClient(scene.dir).add(scene.torrent.file, {
    peers: [scene.peer],
    select: (file) => file.path.includes("x"),
  });
  await torrent.done;
  await torrent.remove({ deleteData: true });
  expect((await readdir(scene.dir, { recursive: true })).filter((name) => name !== ".millrace")).toEqual([]);
});

it("reports data that was deleted while paused, and downloads it again when the torrent is resumed once more", async () => {
  const scene = await seeded(await tempFolder(), { "data.bin": 8 * MIB }, { pieceLength: PIECE, rate: 4 * MIB });
  const torrent = await newClient(scene.dir).add(scene.torrent.file, { peers: [scene.peer] });
  await hasPart(torrent, 0.3);
  await torrent.pause();
  await rm(join(scene.dir, "data.bin"));
  scene.seeder.setRates({ maxUploadRate: undefined });
  torrent.resume();
  await expect(torrent.done).rejects.toMatchObject({ code: "storage.missing" });
  expect((await readdir(scene.dir)).filter((name) => name !== ".millrace")).toEqual([]);
  torrent.resume();
  await reaches(torrent, "seeding");
  expect(await sums(scene.dir)).toEqual(await seededSums(scene));
});
