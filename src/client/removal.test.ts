import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makePlay, noise, Stage, type Actor, type Play } from "../../test/support/stage.ts";
import { StorageError, type MillraceError } from "../base/index.ts";
import type { AddOptions } from "./options.ts";

const PIECE = 65_536;
const options = { stateDir: "/state" };

let play: Play;
let stage: Stage;
beforeAll(async () => {
  play = await makePlay({ "a.bin": PIECE * 3, "b.bin": PIECE * 2, "notes.txt": PIECE }, PIECE);
});
beforeEach(() => {
  stage = new Stage(play);
});
afterEach(() => stage.close());

const dataOf = ({ host }: Actor): string[] => host.disk.paths().filter((path) => path.startsWith("/data/"));

/** A host with another program's file in the place of one of the torrent. */
async function enterWithStranger(add: AddOptions, length = 17): Promise<Actor> {
  const host = stage.world.host("10.0.0.1");
  host.disk.put("/data/play/notes.txt", noise(length));
  return stage.enter(host, options, add);
}

async function removeData(actor: Actor): Promise<MillraceError[]> {
  const warnings: MillraceError[] = [];
  actor.torrent.on("warning", (error) => warnings.push(error));
  await stage.world.settled(actor.torrent.remove({ deleteData: true }), 10_000);
  return warnings;
}

describe("Torrent.remove with its data", () => {
  it.each([17, PIECE, PIECE + 1])(
    "leaves another program's file of %i bytes with a name of the torrent, and warns",
    async (length) => {
      const actor = await enterWithStranger({ paused: true }, length);
      const warnings = await removeData(actor);
      expect(dataOf(actor)).toEqual(["/data/play/notes.txt"]);
      expect(actor.host.disk.get("/data/play/notes.txt")).toEqual(noise(length));
      expect(warnings).toMatchObject([
        { code: "storage.not-ours", fields: { path: "/data/play/notes.txt", files: 1 } },
      ]);
    },
  );

  it("leaves the file also after a check that found no piece in it", async () => {
    const actor = await enterWithStranger({});
    expect(actor.torrent.state.kind).toBe("downloading");
    expect(await removeData(actor)).toMatchObject([{ code: "storage.not-ours" }]);
    expect(dataOf(actor)).toEqual(["/data/play/notes.txt"]);
  });

  it("leaves the file when the torrent was moved to its folder with find", async () => {
    const actor = await stage.seeder("10.0.0.1", {}, options);
    actor.host.disk.put("/other/play/notes.txt", noise(17));
    await stage.world.settled(actor.torrent.pause(), 10_000);
    await stage.world.settled(actor.torrent.move("/other", { find: true }), 10_000);
    expect(await removeData(actor)).toMatchObject([{ code: "storage.not-ours" }]);
    expect(actor.host.disk.get("/other/play/notes.txt")).toEqual(noise(17));
  });

  it("deletes files of an earlier run, also one that was truncated since", async () => {
    const seeder = await stage.seeder("10.0.0.2");
    const first = await stage.leecher("10.0.0.1", { peers: [seeder.address] }, {}, options);
    await stage.world.settled(first.torrent.done, 60_000);
    await stage.world.settled(first.client.close(), 10_000);
    first.host.disk.put("/data/play/b.bin", noise(100));
    const again = await stage.enter(first.host, options, { paused: true });
    expect(await removeData(again)).toEqual([]);
    expect(dataOf(again)).toEqual([]);
  });

  it("deletes a file that was partly allocated when the disk became full, also after a pause", async () => {
    const host = stage.world.host("10.0.0.1");
    host.disk.fault = (operation, path) =>
      operation === "write" && path.endsWith("b.bin") ? new StorageError("storage.full", "no room") : undefined;
    const actor = await stage.enter(host, { ...options, allocation: "full" });
    await expect(actor.torrent.done).rejects.toMatchObject({ code: "storage.full" });
    host.disk.fault = undefined;
    expect(host.disk.get("/data/play/b.bin")).toEqual(new Uint8Array());
    await stage.world.settled(actor.torrent.pause(), 10_000);
    expect(await removeData(actor)).toEqual([]);
    expect(dataOf(actor)).toEqual([]);
  });
});
