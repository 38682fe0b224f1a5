import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makePlay, noise, Stage, type Actor, type Play } from "../../test/support/stage.ts";
import { createTorrent } from "../creation/index.ts";
import type { Metainfo } from "../metainfo/index.ts";

const PIECE = 65_536;
const COUNT = 50;

let play: Play;
let stage: Stage;
let actor: Actor;
beforeAll(async () => {
  play = await makePlay(Object.fromEntries(Array.from({ length: COUNT }, (_, n) => [`f${n}.bin`, 20_000])), PIECE);
});
beforeEach(async () => {
  stage = new Stage(play);
  actor = await stage.seeder("10.0.0.1");
});
afterEach(() => stage.close());

/** The paths of the data files on the disk. */
function data(): string[] {
  return actor.host.disk.paths().filter((path) => path.startsWith("/data/") && path.endsWith(".bin"));
}

/** Another torrent of the same files, or of files that are one byte longer. */
async function another(isLonger = false): Promise<Metainfo> {
  const { runtime, disk } = stage.world.host("10.0.0.9");
  for (const [path, bytes] of play.files) disk.put(`/source/${path}`, isLonger ? noise(bytes.length + 1) : bytes);
  const { metainfo } = await stage.world.settled(
    createTorrent(runtime, { path: "/source/play", pieceLength: PIECE / 2 }),
    10_000,
  );
  return metainfo;
}

/** Removes the torrent with its data, and returns when some of it is deleted. */
async function beginRemoval(): Promise<{ readonly ended: Promise<void> }> {
  const ended = actor.torrent.remove({ deleteData: true });
  await stage.world.until(() => data().length < COUNT, 10_000);
  return { ended };
}

describe("a torrent that is added while another is removed with its data", () => {
  it("keeps the common files that are not deleted yet", async () => {
    const metainfo = await another();
    const { ended } = await beginRemoval();
    const torrent = await stage.world.settled(actor.client.add(metainfo), 10_000);
    torrent.done.catch(() => undefined);
    const before = data();
    await stage.world.settled(ended, 10_000);
    expect(before.length).toBeGreaterThan(COUNT / 2);
    expect(data()).toEqual(before);
  });

  it("is refused when its files differ, and accepted afterwards", async () => {
    const metainfo = await another(true);
    const { ended } = await beginRemoval();
    await expect(stage.world.settled(actor.client.add(metainfo), 10_000)).rejects.toMatchObject({
      code: "client.path-in-use",
    });
    await stage.world.settled(ended, 10_000);
    const torrent = await stage.world.settled(actor.client.add(metainfo, { paused: true }), 10_000);
    expect(torrent.state.kind).toBe("paused");
  });

  it("is refused when it is the same torrent, also as a link, and accepted afterwards", async () => {
    const { ended } = await beginRemoval();
    for (const source of [play.metainfo, actor.torrent.magnet]) {
      await expect(stage.world.settled(actor.client.add(source), 10_000)).rejects.toMatchObject({
        code: "client.duplicate",
      });
    }
    await stage.world.settled(ended, 10_000);
    expect(data()).toEqual([]);
    const torrent = await stage.world.settled(actor.client.add(play.metainfo, { paused: true }), 10_000);
    expect(torrent.state.kind).toBe("paused");
  });
});

describe("two torrents with the same files that are removed with their data at the same time", () => {
  it("delete all of them", async () => {
    const torrent = await stage.world.settled(actor.client.add(await another()), 10_000);
    await stage.world.until(() => torrent.state.kind === "seeding", 10_000);
    await stage.world.settled(
      Promise.all([actor.torrent, torrent].map((one) => one.remove({ deleteData: true }))),
      10_000,
    );
    expect([data(), actor.client.torrents]).toEqual([[], []]);
  });
});
