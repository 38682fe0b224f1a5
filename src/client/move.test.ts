import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { errorCode, StorageError } from "../base/index.ts";
import { makePlay, noise, Stage, type Actor, type Play } from "../../test/support/stage.ts";

let play: Play;
let stage: Stage;
beforeAll(async () => {
  play = await makePlay({ "a.bin": 1_000_000, "deep/b.bin": 300_000 });
});
afterEach(() => stage.close());

const otherDisk = (actor: Actor, from = "/data", to = "/new"): void => {
  actor.host.disk.fault = (operation, path) =>
    operation === "rename" && path.startsWith(from) && !path.startsWith(to)
      ? new StorageError("storage.other-disk", "another disk")
      : undefined;
};

const at = (actor: Actor, folder: string): boolean =>
  [...play.files].every(
    ([path, bytes]) => Buffer.compare(actor.host.disk.get(`${folder}/${path}`) ?? new Uint8Array(), bytes) === 0,
  );
const dataPaths = (actor: Actor): string[] => actor.host.disk.paths().filter((path) => !path.includes("/.millrace/"));

/** Counts reads of the data. */
function reads(actor: Actor): () => number {
  let count = 0;
  const before = actor.host.disk.fault;
  actor.host.disk.fault = (operation, path) => {
    if (operation === "read" && path.includes("/play/")) count++;
    return before?.(operation, path);
  };
  return () => count;
}

describe("Torrent.move", () => {
  it("moves the data of a seed and continues to seed without a check", async () => {
    stage = new Stage(play);
    const seeder = await stage.seeder("10.0.0.1");
    const count = reads(seeder);
    await stage.world.settled(seeder.torrent.move("/new"), 10_000);
    await stage.world.until(() => seeder.torrent.state.kind === "seeding", 10_000);
    expect(count()).toBe(0);
    expect(seeder.torrent.path).toBe("/new/play");
    expect(at(seeder, "/new")).toBe(true);
    expect(dataPaths(seeder).some((path) => path.startsWith("/data/"))).toBe(false);
    const leecher = await stage.leecher("10.0.0.2", { peers: [seeder.address] });
    await stage.world.settled(leecher.torrent.done, 60_000);
  });

  it("copies to another disk, removes the old files, and continues to seed without a check, also in the next run", async () => {
    stage = new Stage(play);
    const seeder = await stage.seeder("10.0.0.1");
    otherDisk(seeder);
    await stage.world.settled(seeder.torrent.move("/new"), 10_000);
    const count = reads(seeder);
    await stage.world.until(() => seeder.torrent.state.kind === "seeding", 10_000);
    expect([count(), at(seeder, "/new"), dataPaths(seeder).length]).toEqual([0, true, 2]);
    await stage.world.settled(seeder.client.close(), 10_000);
    const later = await stage.enter(seeder.host, { downloadDir: "/new" });
    expect(later.torrent.state.kind).toBe("seeding");
    expect(count()).toBe(0);
  });

  it("continues a download at the new place", async () => {
    stage = new Stage(play);
    const seeder = await stage.seeder("10.0.0.1", { up: 300_000 });
    const leecher = await stage.leecher("10.0.0.2", { peers: [seeder.address] });
    await stage.world.run(2_000);
    const before = leecher.torrent.status().doneBytes;
    expect(before).toBeGreaterThan(0);
    otherDisk(leecher);
    await stage.world.settled(leecher.torrent.move("/new"), 10_000);
    await stage.world.until(() => leecher.torrent.state.kind === "downloading", 10_000);
    expect(leecher.torrent.status().doneBytes).toBeGreaterThanOrEqual(before);
    await stage.world.settled(leecher.torrent.done, 60_000);
    expect(at(leecher, "/new")).toBe(true);
  });

  it("leaves everything as it was when the copy fails midway", async () => {
    stage = new Stage(play);
    const seeder = await stage.seeder("10.0.0.1");
    seeder.host.disk.fault = (operation, path) => {
      if (operation === "rename" && path.startsWith("/data/play"))
        return new StorageError("storage.other-disk", "another disk");
      return operation === "write" && path.startsWith("/new") && path.endsWith("b.bin")
        ? new StorageError("storage.full", "full")
        : undefined;
    };
    await expect(stage.world.settled(seeder.torrent.move("/new"), 10_000)).rejects.toMatchObject({
      code: "storage.full",
    });
    await stage.world.until(() => seeder.torrent.state.kind === "seeding", 10_000);
    expect(seeder.torrent.folder).toBe("/data");
    expect(at(seeder, "/data")).toBe(true);
    expect(dataPaths(seeder).some((path) => path.startsWith("/new"))).toBe(false);
  });

  it("changes nothing when the new path exists", async () => {
    stage = new Stage(play);
    const seeder = await stage.seeder("10.0.0.1");
    seeder.host.disk.put("/new/play/mine.txt", noise(10));
    await expect(stage.world.settled(seeder.torrent.move("/new"), 10_000)).rejects.toMatchObject({
      code: "storage.exists",
    });
    expect(at(seeder, "/data")).toBe(true);
    expect(seeder.host.disk.get("/new/play/mine.txt")).toEqual(noise(10));
    expect(await stage.world.until(() => seeder.torrent.state.kind === "seeding", 10_000)).toBe(true);
  });

  it("moves a paused torrent and leaves it paused; a torrent of one file is its file", async () => {
    stage = new Stage(await makePlay({ "one.bin": 100_000 }));
    const seeder = await stage.seeder("10.0.0.1");
    await stage.world.settled(seeder.torrent.pause(), 10_000);
    seeder.host.disk.put("/data/other.txt", noise(10));
    otherDisk(seeder);
    await stage.world.settled(seeder.torrent.move("/new/below"), 10_000);
    expect(seeder.torrent.state.kind).toBe("paused");
    expect(dataPaths(seeder).toSorted()).toEqual(["/data/other.txt", "/new/below/one.bin"]);
  });

  it("runs one at a time, and defers a start to its end", async () => {
    stage = new Stage(play);
    const seeder = await stage.seeder("10.0.0.1");
    await stage.world.settled(seeder.torrent.pause(), 10_000);
    const moving = seeder.torrent.move("/new");
    seeder.torrent.resume();
    expect(seeder.torrent.state.kind).toBe("paused");
    await expect(stage.world.settled(seeder.torrent.move("/else"), 1_000)).rejects.toMatchObject({
      code: "torrent.moving",
    });
    await stage.world.settled(moving, 10_000);
    expect(await stage.world.until(() => seeder.torrent.state.kind === "seeding", 10_000)).toBe(true);
    expect(seeder.torrent.folder).toBe("/new");
  });
});

/** A seed whose data was copied to `/new`, and one of whose old files could not be removed; with its warnings. */
async function moveWithRemains(): Promise<{ seeder: Actor; warnings: string[] }> {
  stage = new Stage(play);
  const seeder = await stage.seeder("10.0.0.1");
  const { disk } = seeder.host;
  otherDisk(seeder);
  const before = disk.fault;
  disk.fault = (operation, path) =>
    operation === "remove" && path === "/data/play/deep/b.bin"
      ? new StorageError("storage.failed", "cut short")
      : before?.(operation, path);
  const warnings: string[] = [];
  seeder.torrent.on("warning", (error) => warnings.push(error.code));
  await stage.world.settled(seeder.torrent.move("/new"), 10_000);
  disk.fault = before;
  return { seeder, warnings };
}

describe("Torrent.move when old files cannot be removed", () => {
  it("has moved, continues to seed at the new place, and warns about the old files", async () => {
    const { seeder, warnings } = await moveWithRemains();
    expect([warnings, seeder.torrent.path, at(seeder, "/new")]).toEqual([["storage.left"], "/new/play", true]);
    expect(await stage.world.until(() => seeder.torrent.state.kind === "seeding", 10_000)).toBe(true);
    expect(dataPaths(seeder).filter((path) => path.startsWith("/data/"))).toEqual(["/data/play/deep/b.bin"]);
  });

  it("removes the remaining old files after a crash, for a client that only knows the old place", async () => {
    const { seeder } = await moveWithRemains();
    await stage.world.settled(seeder.client.close(), 10_000);
    const later = await stage.enter(seeder.host, { downloadDir: "/data" });
    await stage.world.settled(later.torrent.move("/new"), 10_000);
    expect(at(later, "/new")).toBe(true);
    expect(dataPaths(later).toSorted()).toEqual(["/new/play/a.bin", "/new/play/deep/b.bin"]);
  });

  it("removes nothing at the old place that has changed since it was copied", async () => {
    const { seeder } = await moveWithRemains();
    await stage.world.settled(seeder.client.close(), 10_000);
    const news = noise(299_999, 99);
    seeder.host.disk.put("/data/play/deep/b.bin", news);
    const later = await stage.enter(seeder.host, { downloadDir: "/data" });
    await expect(stage.world.settled(later.torrent.move("/new"), 10_000)).rejects.toMatchObject({
      code: "storage.exists",
    });
    expect(Buffer.compare(later.host.disk.get("/data/play/deep/b.bin") ?? new Uint8Array(), news)).toBe(0);
    expect(at(later, "/new")).toBe(true);
  });
});

describe("Torrent.close", () => {
  it("aborts a move to another disk: the data stays where it was, complete", async () => {
    stage = new Stage(play);
    const seeder = await stage.seeder("10.0.0.1");
    otherDisk(seeder);
    const moving = seeder.torrent.move("/new").then(
      () => "moved",
      (error: unknown) => errorCode(error),
    );
    await stage.world.settled(seeder.torrent.close(), 20_000);
    expect(await stage.world.settled(moving, 1_000)).toBe("aborted");
    expect(at(seeder, "/data")).toBe(true);
    expect(dataPaths(seeder).some((path) => path.startsWith("/new/"))).toBe(false);
  });

  it("precedes the removal of data that is being moved: no file is left at either place", async () => {
    stage = new Stage(play);
    const seeder = await stage.seeder("10.0.0.1");
    otherDisk(seeder);
    const moving = seeder.torrent.move("/new").catch(() => undefined);
    await stage.world.settled(Promise.all([seeder.torrent.remove({ deleteData: true }), moving]), 20_000);
    expect(dataPaths(seeder)).toEqual([]);
  });
});
