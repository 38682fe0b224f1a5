import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { digest, noise, Stage, type Actor, type Play } from "../../test/support/stage.ts";
import { createTorrent } from "../creation/index.ts";
import { simWorld } from "../sim/index.ts";
import type { Torrent } from "./torrent/torrent.ts";

const LENGTH = 300_000;

/** A torrent of some files below `/source`, with bytes generated from a seed. */
async function make(
  name: string,
  files: Readonly<Record<string, number>>,
  pieceLength: number,
  length = LENGTH,
): Promise<Play> {
  const host = simWorld({ digest }).host("10.255.255.254");
  const all = new Map(
    Object.entries(files).map(([path, seed]) => [path === "" ? name : `${name}/${path}`, noise(length, seed)]),
  );
  for (const [path, bytes] of all) host.disk.put(`/source/${path}`, bytes);
  const { metainfo } = await createTorrent(host.runtime, { path: `/source/${name}`, pieceLength });
  return { metainfo, files: all };
}

let stage: Stage;
let one: Play;
beforeEach(async () => {
  one = await make("show", { "a.bin": 3, "b.bin": 5 }, 65_536);
  stage = new Stage(one);
});
afterEach(() => stage.close());

/** Adds another torrent to an actor's client, and waits for its check. */
async function add(actor: Actor, play: Play, options: object = {}): Promise<Torrent> {
  const torrent = await stage.world.settled(actor.client.add(play.metainfo, options), 5_000);
  torrent.done.catch(() => undefined);
  await stage.world.until(() => torrent.state.kind !== "checking", 10_000);
  return torrent;
}

describe("two torrents with the same files in one folder", () => {
  it("share them when they agree, and the second checks the existing data", async () => {
    const actor = await stage.seeder("10.0.0.1");
    const second = await add(actor, await make("show", { "a.bin": 3, "b.bin": 5 }, 32_768));
    expect(second.state.kind).toBe("seeding");
    expect(second.status().downloaded).toBe(0);
  });

  it("does not take the unfinished files of the other for foreign ones", async () => {
    const seeder = await stage.seeder("10.0.0.2", { up: 100_000 });
    const actor = await stage.leecher("10.0.0.1", { peers: [seeder.address] });
    actor.torrent.done.catch(() => undefined);
    await stage.world.until(() => actor.host.disk.get("/data/show/a.bin") !== undefined, 10_000);
    const second = await add(actor, await make("show", { "a.bin": 3, "b.bin": 5 }, 262_144), { ifForeign: "fail" });
    expect(second.state.kind).toBe("downloading");
  });

  it("can have more files, which are downloaded", async () => {
    const actor = await stage.seeder("10.0.0.1");
    const more = await make("show", { "a.bin": 3, "b.bin": 5, "c.bin": 7 }, 32_768);
    const other = new Stage(more);
    const host = stage.world.host("10.0.0.2");
    for (const [path, bytes] of more.files) host.disk.put(`/data/${path}`, bytes);
    const seeder = await stage.enter(host, {}, { paused: true });
    await add(seeder, more);
    const second = await add(actor, more, { peers: [seeder.address] });
    await stage.world.settled(second.done, 60_000);
    expect([other.isWhole(actor.host), stage.isWhole(actor.host)]).toEqual([true, true]);
  });

  it("are refused when lengths differ, or a file of one is a folder of the other", async () => {
    const actor = await stage.seeder("10.0.0.1");
    const shorter = await make("show", { "a.bin": 3 }, 65_536, LENGTH - 1);
    await expect(stage.world.settled(actor.client.add(shorter.metainfo), 1_000)).rejects.toMatchObject({
      code: "client.path-in-use",
    });
    const folder = await make("show", { "a.bin/x": 3 }, 65_536);
    await expect(stage.world.settled(actor.client.add(folder.metainfo), 1_000)).rejects.toMatchObject({
      code: "client.path-in-use",
    });
    const file = await make("show", { "": 3 }, 65_536);
    await expect(stage.world.settled(actor.client.add(file.metainfo), 1_000)).rejects.toMatchObject({
      code: "client.path-in-use",
    });
    expect(actor.client.torrents).toHaveLength(1);
  });

  it("never change data that the first has verified, when their bytes differ", async () => {
    const actor = await stage.seeder("10.0.0.1");
    const foreign = await make("show", { "a.bin": 99, "b.bin": 5 }, 32_768);
    const host = stage.world.host("10.0.0.2");
    for (const [path, bytes] of foreign.files) host.disk.put(`/data/${path}`, bytes);
    const seeder = await stage.enter(host, {}, { paused: true });
    await add(seeder, foreign);
    const second = await add(actor, foreign, { peers: [seeder.address] });
    await stage.world.until(() => second.state.kind === "failed", 60_000);
    expect(second.state).toMatchObject({ kind: "failed", error: { code: "storage.shared" } });
    expect(stage.isWhole(actor.host)).toBe(true);
    expect(actor.torrent.state.kind).toBe("seeding");
  });

  it("keep common files when one is removed with its data", async () => {
    const actor = await stage.seeder("10.0.0.1");
    const more = await make("show", { "a.bin": 3, "c.bin": 7 }, 32_768);
    actor.host.disk.put("/data/show/c.bin", noise(LENGTH, 7));
    const second = await add(actor, more);
    expect(second.state.kind).toBe("seeding");
    await stage.world.settled(second.remove({ deleteData: true }), 10_000);
    expect(actor.host.disk.paths().filter((path) => path.startsWith("/data/show"))).toEqual([
      "/data/show/a.bin",
      "/data/show/b.bin",
    ]);
    await stage.world.settled(actor.torrent.remove({ deleteData: true }), 10_000);
    expect(actor.host.disk.paths().filter((path) => path.startsWith("/data/show"))).toEqual([]);
  });

  it("are found in nested folders, too, and cannot be moved", async () => {
    const actor = await stage.seeder("10.0.0.1");
    const nested = await make("a.bin", { "": 3 }, 32_768);
    const second = await add(actor, nested, { downloadDir: "/data/show" });
    expect(second.state.kind).toBe("seeding");
    await expect(actor.torrent.move("/elsewhere")).rejects.toMatchObject({ code: "client.path-shared" });
    const wrong = await make("b.bin", { "": 5 }, 32_768, LENGTH + 1);
    await expect(
      stage.world.settled(actor.client.add(wrong.metainfo, { downloadDir: "/data/show" }), 1_000),
    ).rejects.toMatchObject({ code: "client.path-in-use" });
    await stage.world.settled(second.remove(), 10_000);
    await stage.world.settled(actor.torrent.move("/elsewhere"), 10_000);
    expect(actor.host.disk.get("/elsewhere/show/a.bin")).toHaveLength(LENGTH);
  });
});
