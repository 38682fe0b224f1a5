import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { digest, makePlay, Stage, type Play } from "../../test/support/stage.ts";
import { encode } from "../bencode/index.ts";
import { parseMetainfo } from "../metainfo/index.ts";
import { Client } from "./client.ts";

let play: Play;
let stage: Stage;
beforeAll(async () => {
  play = await makePlay({ "a.bin": 200_000 });
});
afterEach(() => stage.close());

describe("AddOptions.metadataOnly", () => {
  it("fetches the metadata of a magnet link, and neither data nor files", async () => {
    stage = new Stage(play);
    const seeder = await stage.seeder("10.0.0.2");
    const host = stage.world.host("10.0.0.1");
    const client = new Client({ runtime: host.runtime, downloadDir: "/data", port: 6881 });
    const options = { metadataOnly: true, peers: [seeder.address] };
    const torrent = await stage.world.settled(client.add(play.metainfo.id.hex, options), 1_000);
    expect(torrent.status().metadataProgress).toBe(0);
    await stage.world.settled(torrent.done, 60_000);
    expect(await stage.world.until(() => torrent.state.kind === "paused", 10_000)).toBe(true);
    expect(torrent.status()).toMatchObject({ metadataProgress: 1, totalBytes: 200_000, downloaded: 0, peers: 0 });
    const bytes = torrent.torrentBytes() ?? new Uint8Array();
    expect(parseMetainfo(bytes, { digestSync: digest }).id.hex).toBe(play.metainfo.id.hex);

    torrent.resume();
    await stage.world.settled(torrent.done, 1_000);
    await stage.world.run(5_000);
    expect(torrent.state.kind).toBe("paused");
    await stage.world.settled(torrent.remove({ deleteData: true }), 10_000);
    await stage.world.settled(client.close(), 60_000);
    expect(host.disk.get("/data/a.bin")).toBeUndefined();
  });

  it("leaves the data and the state of an earlier download alone", async () => {
    stage = new Stage(play);
    const seeder = await stage.seeder("10.0.0.2");
    const leecher = await stage.leecher("10.0.0.1", { peers: [seeder.address] });
    await stage.world.settled(leecher.torrent.done, 60_000);
    await stage.world.settled(leecher.client.close(), 60_000);
    const { runtime, disk } = leecher.host;
    const again = new Client({ runtime, downloadDir: "/data", port: 6881 });
    const torrent = await stage.world.settled(again.add(play.metainfo.id.hex, { metadataOnly: true }), 1_000);
    await stage.world.settled(torrent.done, 10_000);
    await stage.world.settled(torrent.remove({ deleteData: true }), 10_000);
    await stage.world.settled(again.close(), 60_000);
    expect(stage.isWhole(leecher.host)).toBe(true);
    expect(disk.get(`/data/.millrace/${play.metainfo.id.hex}.resume`)).toBeDefined();
  });

  it("is done at once with a torrent file, also a v2-only one", async () => {
    stage = new Stage(play);
    const host = stage.world.host("10.0.0.1");
    const info = {
      "file tree": { "a.bin": { "": { length: 9, "pieces root": new Uint8Array(32).fill(1) } } },
      "meta version": 2,
      name: "a.bin",
      "piece length": 16_384,
    };
    const metainfo = parseMetainfo(encode({ info }), { digestSync: digest });
    const client = new Client({ runtime: host.runtime, downloadDir: "/data", port: 6881 });
    const torrent = await stage.world.settled(client.add(metainfo, { metadataOnly: true }), 1_000);
    await stage.world.settled(torrent.done, 1_000);
    expect([torrent.state.kind, torrent.infoHash.hex]).toEqual(["paused", metainfo.infoHashV2?.hex]);
    await stage.world.settled(client.close(), 60_000);
  });
});
