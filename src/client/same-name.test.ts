import { afterEach, describe, expect, it } from "vitest";
import { makePlay, Stage } from "../../test/support/stage.ts";
import { Client } from "./index.ts";

let stage: Stage;
afterEach(() => stage.close());

describe("Torrent of a magnet link", () => {
  it("fails when another torrent's data has its name, and changes none of it", async () => {
    stage = new Stage(await makePlay({ "a.bin": 200_000 }));
    const seeder = await stage.seeder("10.0.0.1");
    const host = stage.world.host("10.0.0.2");
    const wanted = stage.play.files.get("a.bin") ?? new Uint8Array();
    // The existing data belongs to a torrent of the same name with other content.
    const mine = await makePlay({ "a.bin": 100_000 });
    const owned = mine.files.get("a.bin") ?? new Uint8Array();
    host.disk.put("/data/a.bin", owned);
    const client = new Client({ runtime: host.runtime, downloadDir: "/data" });
    const first = await stage.world.settled(client.add(mine.metainfo.torrentBytes()), 1_000);
    await stage.world.until(() => first.state.kind === "seeding", 10_000);
    const magnet = await stage.world.settled(
      client.add(`magnet:?xt=urn:btih:${stage.play.metainfo.infoHash?.hex ?? ""}&x.pe=${seeder.address}`),
      1_000,
    );
    magnet.done.catch(() => undefined);
    await stage.world.until(() => magnet.state.kind === "failed", 60_000);
    expect(magnet.state).toMatchObject({ kind: "failed", error: { code: "client.path-in-use" } });
    await stage.world.settled(magnet.move("/other"), 10_000);
    magnet.resume();
    await stage.world.settled(magnet.done, 60_000);
    expect(host.disk.get("/other/a.bin")).toEqual(wanted);
    expect(host.disk.get("/data/a.bin")).toEqual(owned);
    await stage.world.settled(client.close(), 10_000);
  });
});
