import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makePlay, Stage, type Actor, type Play } from "../../test/support/stage.ts";
import type { AddOptions } from "./options.ts";

const PIECE = 65_536;
const PATH = "/data/play/b.bin";
const OTHER = new Uint8Array(PIECE + 7).fill(3);

let play: Play;
let stage: Stage;
beforeAll(async () => {
  play = await makePlay({ "a.bin": PIECE * 3, "b.bin": PIECE + 9, "c.bin": PIECE * 2 }, PIECE);
});
beforeEach(() => {
  stage = new Stage(play);
});
afterEach(() => stage.close());

/** A client on a host whose `b.bin` has other content. */
async function enter(add: AddOptions): Promise<{ readonly actor: Actor; readonly warnings: string[] }> {
  const host = stage.world.host("10.0.0.1");
  host.disk.put(PATH, OTHER.slice());
  const seeder = await stage.seeder("10.0.0.2");
  const actor = await stage.enter(host, {}, { ...add, peers: [seeder.address], paused: true });
  const warnings: string[] = [];
  actor.torrent.on("warning", ({ code }) => warnings.push(code));
  actor.torrent.resume();
  return { actor, warnings };
}

describe("a file with other content than the torrent", () => {
  it("is overwritten by default, with a warning", async () => {
    const { actor, warnings } = await enter({});
    await stage.world.settled(actor.torrent.done, 60_000);
    expect([warnings, stage.isWhole(actor.host)]).toEqual([["storage.foreign"], true]);
  });

  it("fails the torrent with ifForeign, and is unchanged", async () => {
    const { actor } = await enter({ ifForeign: "fail" });
    await expect(stage.world.settled(actor.torrent.done, 60_000)).rejects.toMatchObject({ code: "storage.foreign" });
    expect(actor.host.disk.get(PATH)).toEqual(OTHER);
  });

  it("fails the torrent when it is not selected, but shares a piece with a selected file", async () => {
    const { actor } = await enter({ ifForeign: "fail", select: ({ index }) => index === 2 });
    await expect(stage.world.settled(actor.torrent.done, 60_000)).rejects.toMatchObject({ code: "storage.foreign" });
    expect(actor.host.disk.get(PATH)).toEqual(OTHER);
  });

  it("does not fail the torrent when no selected file shares a piece with it", async () => {
    const { actor, warnings } = await enter({ ifForeign: "fail", select: ({ index }) => index === 0 });
    await stage.world.settled(actor.torrent.done, 60_000);
    expect(warnings).toEqual([]);
    expect(actor.host.disk.get(PATH)).toEqual(OTHER);
  });
});
