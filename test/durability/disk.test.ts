import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import {
  addWatched,
  hasPart,
  newClient,
  reaches,
  seeded,
  seededSums,
  sums,
  torrentOf,
  writeRandom,
} from "../support/clients.ts";
import { tempFolder } from "../support/temp-folder.ts";

const MIB = 1024 * 1024;
const PIECE = 64 * 1024;
const mounts: string[] = [];

function mount(...args: readonly string[]): boolean {
  try {
    execFileSync("mount", args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Whether this process may mount: as root, outside of most containers. */
const mayMount = await (async (): Promise<boolean> => {
  if (process.getuid?.() !== 0) return false;
  const folder = await mkdtemp(join(tmpdir(), "millrace-test-mount-"));
  const works = mount("-t", "tmpfs", "-o", "size=64k", "tmpfs", folder);
  if (works) execFileSync("umount", [folder], { stdio: "ignore" });
  await rm(folder, { recursive: true, force: true });
  return works;
})();
const because = mayMount ? "" : " (skipped, because mounting a small disk needs root)";

async function smallDisk(folder: string, size: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  if (!mount("-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder)) throw new Error("cannot mount");
  mounts.push(folder);
  return folder;
}

afterEach(() => {
  // Lazy unmount: the clients that use it are closed by later hooks.
  for (const folder of mounts.splice(0)) execFileSync("umount", ["-l", folder], { stdio: "ignore" });
});

it("fails the torrent with a code when a file is deleted, and resume() recovers", async () => {
  const scene = await seeded(await tempFolder(), { "data.bin": 16 * MIB }, { pieceLength: PIECE, rate: 3 * MIB });
  const torrent = await newClient(scene.dir).add(scene.torrent.file, { peers: [scene.peer] });
  const outcome = torrent.done.catch((error: unknown) => error);
  await hasPart(torrent, 0.1);
  await rm(join(scene.dir, "data.bin"));
  expect(await outcome).toMatchObject({ code: "storage.vanished" });
  expect(torrent.state).toMatchObject({ kind: "failed", error: { code: "storage.vanished" } });
  scene.seeder.setRates({ maxUploadRate: undefined });
  torrent.resume();
  await torrent.done;
  expect(await sums(scene.dir)).toEqual(await seededSums(scene));
});

it.skipIf(!mayMount)(
  `a full disk stops the torrent until there is room, then it goes on by itself${because}`,
  async () => {
    const folder = await tempFolder();
    const scene = await seeded(folder, { "data.bin": 8 * MIB }, { pieceLength: PIECE });
    const disk = await smallDisk(join(folder, "disk"), "12m");
    const filler = join(disk, "filler");
    await writeFile(filler, Buffer.alloc(8 * MIB, 1));
    const { torrent, states } = await addWatched(newClient(disk), scene.torrent.file, { peers: [scene.peer] });
    const state = await reaches(torrent, "disk-full");
    expect(state).toMatchObject({ error: { code: "storage.full" } });
    expect(torrent.status().progress).toBeLessThan(1);
    await rm(filler);
    await torrent.done;
    expect(states.map(({ kind }) => kind)).not.toContain("failed");
    expect((await sums(disk))["data.bin"]).toBe((await seededSums(scene))["data.bin"]);
  },
);

it.each(["folder", "file"] as const)("does not write through a symbolic link to a %s outside", async (kind) => {
  const folder = await tempFolder();
  const scene = await seeded(folder, { "sub/x": MIB, y: 10 }, { pieceLength: PIECE });
  const outside = join(folder, "outside");
  await mkdir(outside);
  await mkdir(join(scene.dir, "content"));
  if (kind === "folder") await symlink(outside, join(scene.dir, "content", "sub"));
  else {
    await mkdir(join(scene.dir, "content", "sub"));
    // Its target does not exist, and must not be created.
    await symlink(join(outside, "new"), join(scene.dir, "content", "sub", "x"));
  }
  const { torrent } = await addWatched(newClient(scene.dir), scene.torrent.file, { peers: [scene.peer] });
  await expect(torrent.done).rejects.toMatchObject({ code: "storage.outside" });
  expect(torrent.state.kind).toBe("failed");
  expect(await readdir(outside)).toEqual([]);
});

it("does not change an existing file outside through a symbolic link", async () => {
  const folder = await tempFolder();
  const scene = await seeded(folder, { "data.bin": MIB }, { pieceLength: PIECE });
  const outside = join(folder, "precious");
  await writeRandom(folder, { precious: MIB });
  const before = (await sums(folder))["precious"];
  await symlink(outside, join(scene.dir, "data.bin"));
  const { torrent } = await addWatched(newClient(scene.dir), scene.torrent.file, { peers: [scene.peer] });
  await expect(torrent.done).rejects.toMatchObject({ code: "storage.outside" });
  expect((await sums(folder))["precious"]).toBe(before);
});

it.skipIf(!mayMount)(`seeds from a folder that is read-only${because}`, async () => {
  const folder = await tempFolder();
  const disk = await smallDisk(join(folder, "disk"), "8m");
  await writeRandom(disk, { "content/a": 2 * MIB, "content/b/c": 100 });
  const made = await torrentOf(join(disk, "content"));
  if (!mount("-o", "remount,ro", disk)) throw new Error("cannot remount");
  const seeder = newClient(disk);
  const seed = await seeder.add(made.file);
  await seed.done;
  const dir = join(folder, "leech");
  await mkdir(dir);
  await (
    await newClient(dir).add(made.file, { peers: [`127.0.0.1:${seeder.port}`] })
  ).done;
  const { "content.torrent": _file, ...data } = await sums(disk);
  expect(await sums(dir)).toEqual(data);
  expect(existsSync(join(disk, ".millrace"))).toBe(false);
});

it.skipIf(!mayMount)(
  `a download into a folder that cannot be written to fails with a code; another torrent goes on${because}`,
  async () => {
    const folder = await tempFolder();
    const scene = await seeded(folder, { "data.bin": MIB }, { pieceLength: PIECE });
    const disk = await smallDisk(join(folder, "disk"), "8m");
    if (!mount("-o", "remount,ro", disk)) throw new Error("cannot remount");
    const client = newClient(scene.dir);
    const { torrent } = await addWatched(client, scene.torrent.file, { peers: [scene.peer], downloadDir: disk });
    await expect(torrent.done).rejects.toMatchObject({ code: "storage.read-only" });
    await torrent.remove();
    const fine = await client.add(scene.torrent.file, { peers: [scene.peer] });
    await fine.done;
  },
);
