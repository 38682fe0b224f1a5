import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makePlay, Stage, type Actor, type Play } from "../../test/support/stage.ts";
import type { AddOptions } from "./options.ts";

const PIECE = 65_536;
const TAIL = 100;
const PATH = "/data/play/a.bin";

let play: Play;
let stage: Stage;
beforeAll(async () => {
  play = await makePlay({ "a.bin": PIECE * 3 + 10, "b.bin": PIECE * 2 }, PIECE);
});
beforeEach(() => {
  stage = new Stage(play);
});
afterEach(() => stage.close());

function whole(): Uint8Array {
  return play.files.get("play/a.bin") ?? new Uint8Array();
}

/** A client on a host that has the files, `a.bin` with a tail; `isDamaged`: its second piece is another's. */
async function enter(
  add: AddOptions,
  isDamaged: boolean,
): Promise<{ readonly actor: Actor; readonly warnings: string[] }> {
  const host = stage.world.host("10.0.0.1");
  for (const [path, bytes] of play.files) host.disk.put(`/data/${path}`, bytes);
  const longer = new Uint8Array(whole().length + TAIL).fill(5);
  longer.set(whole());
  if (isDamaged) longer.fill(9, PIECE, PIECE + 100);
  host.disk.put(PATH, longer);
  const actor = await stage.enter(host, {}, { ...add, paused: true });
  const warnings: string[] = [];
  actor.torrent.on("warning", ({ code }) => warnings.push(code));
  actor.torrent.resume();
  return { actor, warnings };
}

function length({ host }: Actor): number {
  return host.disk.get(PATH)?.length ?? 0;
}

describe("a file that is longer than the torrent declares", () => {
  it("is left as it is when it is only seeded, with a warning", async () => {
    const { actor, warnings } = await enter({}, false);
    await stage.world.settled(actor.torrent.done, 10_000);
    expect([length(actor), warnings]).toEqual([whole().length + TAIL, ["storage.longer"]]);
  });

  it("is truncated with cutLonger, with a warning", async () => {
    const { actor, warnings } = await enter({ cutLonger: true }, false);
    await stage.world.settled(actor.torrent.done, 10_000);
    expect([length(actor), warnings, stage.isWhole(actor.host)]).toEqual([whole().length, ["storage.cut"], true]);
  });

  it("is truncated when data was downloaded into it, once it is complete and not before", async () => {
    const { actor, warnings } = await enter({}, true);
    await stage.world.until(() => actor.torrent.state.kind === "downloading", 10_000);
    await stage.world.run(5_000);
    expect(length(actor)).toBe(whole().length + TAIL);
    const seeder = await stage.seeder("10.0.0.2");
    await actor.torrent.addPeers([seeder.address]);
    await stage.world.settled(actor.torrent.done, 60_000);
    expect([length(actor), warnings, stage.isWhole(actor.host)]).toEqual([whole().length, ["storage.cut"], true]);
  });

  it("is left as it is when it grew after the download, while the torrent was paused", async () => {
    const seeder = await stage.seeder("10.0.0.2");
    const { host, torrent } = await stage.leecher("10.0.0.1", { peers: [seeder.address] });
    const warnings: string[] = [];
    torrent.on("warning", ({ code }) => warnings.push(code));
    await stage.world.settled(torrent.done, 60_000);
    await stage.world.settled(torrent.pause(), 10_000);
    const longer = new Uint8Array(whole().length + TAIL).fill(5);
    longer.set(whole());
    host.disk.put(PATH, longer);
    torrent.resume();
    await stage.world.settled(torrent.done, 60_000);
    expect([host.disk.get(PATH), warnings]).toEqual([longer, ["storage.longer"]]);
  });
});
