import { afterEach, describe, expect, it } from "vitest";
import { StorageError } from "../base/index.ts";
import { Client } from "./index.ts";
import { makePlay, noise, Stage, type Actor } from "../../test/support/stage.ts";

let stage: Stage;
afterEach(() => stage.close());

const dataPaths = (actor: Actor): string[] => actor.host.disk.paths().filter((path) => !path.includes("/.millrace/"));

describe("Torrent.rename", () => {
  it.each([
    ["a folder", { "a.bin": 300_000, "deep/b.bin": 100_000 }, ["/data/New Name/a.bin", "/data/New Name/deep/b.bin"]],
    ["a single file", { "a.bin": 300_000 }, ["/data/New Name"]],
  ])("renames %s on the disk, and continues without a check, also in a later run", async (_what, sizes, paths) => {
    stage = new Stage(await makePlay(sizes));
    const seeder = await stage.seeder("10.0.0.1");
    let reads = 0;
    seeder.host.disk.fault = (operation, path) => {
      if (operation === "read" && path.includes("New Name")) reads++;
      return undefined;
    };
    await stage.world.settled(seeder.torrent.rename("New Name"), 10_000);
    await stage.world.until(() => seeder.torrent.state.kind === "seeding", 10_000);
    expect([dataPaths(seeder).toSorted(), seeder.torrent.path, seeder.torrent.name, reads]).toEqual([
      paths,
      "/data/New Name",
      "New Name",
      0,
    ]);
    await stage.world.settled(seeder.client.close(), 10_000);
    const client = new Client({ runtime: seeder.host.runtime, downloadDir: "/data", port: 6881 });
    const torrent = await stage.world.settled(client.add(stage.play.metainfo, { name: "New Name" }), 1_000);
    await stage.world.until(() => torrent.state.kind === "seeding", 10_000);
    expect([torrent.state.kind, reads]).toEqual(["seeding", 0]);
    await stage.world.settled(client.close(), 10_000);
  });

  it("continues a download under the new name", async () => {
    stage = new Stage(await makePlay({ "a.bin": 600_000, "b.bin": 600_000 }));
    const seeder = await stage.seeder("10.0.0.1", { up: 200_000 });
    const leecher = await stage.leecher("10.0.0.2", { peers: [seeder.address] });
    await stage.world.until(() => leecher.torrent.status().progress > 0.3, 60_000);
    await stage.world.settled(leecher.torrent.rename("other"), 10_000);
    await stage.world.settled(leecher.torrent.done, 60_000);
    for (const [path, bytes] of stage.play.files)
      expect(
        Buffer.compare(leecher.host.disk.get(`/data/${path.replace("play", "other")}`) ?? new Uint8Array(), bytes),
      ).toBe(0);
  });

  it("stays paused, and later reads go to the new file", async () => {
    stage = new Stage(await makePlay({ "a.bin": 100_000, "b.bin": 1_000 }));
    const seeder = await stage.seeder("10.0.0.1");
    const { torrent } = seeder;
    await stage.world.settled(torrent.pause(), 10_000);
    const read = async (): Promise<Buffer> => {
      const parts: Uint8Array[] = [];
      for await (const part of torrent.read(0, 0, 100_000)) parts.push(part);
      return Buffer.concat(parts);
    };
    const before = await stage.world.settled(read(), 10_000);
    await stage.world.settled(torrent.rename("other"), 10_000);
    // Another file under the old name is not read.
    seeder.host.disk.put("/data/play/a.bin", noise(100_000, 9));
    expect(Buffer.compare(await stage.world.settled(read(), 10_000), before)).toBe(0);
    expect([torrent.state.kind, torrent.name]).toEqual(["paused", "other"]);
    await stage.world.settled(torrent.remove({ deleteData: true }), 10_000);
    expect(dataPaths(seeder)).toEqual(["/data/play/a.bin"]);
  });

  it("of a magnet link's torrent applies in a later run", async () => {
    stage = new Stage(await makePlay({ "a.bin": 100_000, "b.bin": 1_000 }));
    const seeder = await stage.seeder("10.0.0.1");
    const host = stage.world.host("10.0.0.2");
    const magnet = `magnet:?xt=urn:btih:${stage.play.metainfo.infoHash?.hex ?? ""}&x.pe=${seeder.address}`;
    const first = new Client({ runtime: host.runtime, downloadDir: "/data", port: 6881 });
    const before = await stage.world.settled(first.add(magnet), 1_000);
    await expect(before.rename("early")).rejects.toMatchObject({ code: "torrent.no-metadata" });
    await stage.world.settled(before.done, 60_000);
    await stage.world.settled(before.rename("other"), 10_000);
    expect(before.magnet).toContain("dn=play");
    await stage.world.settled(first.close(), 10_000);
    const second = new Client({ runtime: host.runtime, downloadDir: "/data", port: 6881 });
    const after = await stage.world.settled(second.add(magnet.replace(/&x\.pe.*/, ""), { name: "other" }), 1_000);
    await stage.world.until(() => after.state.kind === "seeding", 10_000);
    expect([after.state.kind, after.path]).toEqual(["seeding", "/data/other"]);
    await stage.world.settled(second.close(), 10_000);
  });

  it("releases the old name for another torrent, and claims the new one", async () => {
    stage = new Stage(await makePlay({ "a.bin": 1_000 }));
    const { client, torrent } = await stage.seeder("10.0.0.1");
    const [same, taken] = [await makePlay({ "a.bin": 2_000 }), await makePlay({ "other.bin": 2_000 })];
    await stage.world.settled(torrent.rename("other.bin"), 10_000);
    await expect(stage.world.settled(client.add(taken.metainfo, { paused: true }), 1_000)).rejects.toMatchObject({
      code: "client.path-in-use",
    });
    const second = await stage.world.settled(client.add(same.metainfo, { paused: true }), 1_000);
    await expect(stage.world.settled(second.rename("other.bin"), 1_000)).rejects.toMatchObject({
      code: "client.path-in-use",
    });
    await expect(stage.world.settled(torrent.rename("a.bin"), 1_000)).rejects.toMatchObject({
      code: "client.path-in-use",
    });
    await stage.world.settled(second.remove(), 10_000);
    await stage.world.settled(torrent.rename("a.bin"), 10_000);
    expect(torrent.path).toBe("/data/a.bin");
  });

  it("is refused while another torrent has files in the folder", async () => {
    stage = new Stage(await makePlay({ "a.bin": 1_000, "b.bin": 1_000 }));
    const seeder = await stage.seeder("10.0.0.1");
    const within = await makePlay({ "c.bin": 1_000 });
    const other = await stage.world.settled(
      seeder.client.add(within.metainfo, { paused: true, downloadDir: "/data/play" }),
      1_000,
    );
    await expect(stage.world.settled(seeder.torrent.rename("new"), 1_000)).rejects.toMatchObject({
      code: "client.path-shared",
    });
    expect([seeder.torrent.state.kind, seeder.torrent.name]).toEqual(["seeding", "play"]);
    await stage.world.settled(other.remove(), 10_000);
    await stage.world.settled(seeder.torrent.rename("new"), 10_000);
    expect(dataPaths(seeder).toSorted()).toEqual(["/data/new/a.bin", "/data/new/b.bin"]);
  });

  it("changes nothing when the disk fails, before or after the renaming", async () => {
    stage = new Stage(await makePlay({ "a.bin": 1_000, "b.bin": 1_000 }));
    const seeder = await stage.seeder("10.0.0.1");
    const paths = dataPaths(seeder);
    for (const [failing, at] of [
      ["rename", "/data/play"],
      ["sync", "/data"],
    ] as const) {
      seeder.host.disk.fault = (operation, path) =>
        operation === failing && path === at ? new StorageError("storage.failed", "broken") : undefined;
      await expect(stage.world.settled(seeder.torrent.rename("new"), 10_000), failing).rejects.toMatchObject({
        code: "storage.failed",
      });
      seeder.host.disk.fault = undefined;
      await stage.world.until(() => seeder.torrent.state.kind === "seeding", 10_000);
      expect([dataPaths(seeder), seeder.torrent.name, seeder.torrent.state.kind], failing).toEqual([
        paths,
        "play",
        "seeding",
      ]);
    }
  });

  it("runs one at a time", async () => {
    stage = new Stage(await makePlay({ "a.bin": 1_000 }));
    const { torrent } = await stage.seeder("10.0.0.1");
    const renaming = torrent.rename("b.bin");
    await expect(torrent.rename("c.bin")).rejects.toMatchObject({ code: "torrent.moving" });
    await stage.world.settled(renaming, 10_000);
    expect(torrent.name).toBe("b.bin");
  });

  it.each(["", ".", "..", "../up", "a/b", "a\\b", "a\0b", "CON", "end.", ".millrace", ".MILLRACE-x", "é".repeat(128)])(
    "refuses the name %j, and changes nothing",
    async (name) => {
      stage = new Stage(await makePlay({ "a.bin": 1_000 }));
      const seeder = await stage.seeder("10.0.0.1");
      await expect(stage.world.settled(seeder.torrent.rename(name), 10_000)).rejects.toMatchObject({
        code: "torrent.name",
      });
      expect([dataPaths(seeder), seeder.torrent.state.kind]).toEqual([["/data/a.bin"], "seeding"]);
    },
  );

  it("overwrites nothing that has that name", async () => {
    stage = new Stage(await makePlay({ "a.bin": 1_000 }));
    const seeder = await stage.seeder("10.0.0.1");
    seeder.host.disk.put("/data/taken", new Uint8Array(5));
    await expect(stage.world.settled(seeder.torrent.rename("taken"), 10_000)).rejects.toMatchObject({
      code: "storage.exists",
    });
    await stage.world.until(() => seeder.torrent.state.kind === "seeding", 10_000);
    expect([dataPaths(seeder), seeder.torrent.name, seeder.torrent.state.kind]).toEqual([
      ["/data/a.bin", "/data/taken"],
      "a.bin",
      "seeding",
    ]);
  });
});
