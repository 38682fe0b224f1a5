import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { createTorrent } from "../creation/index.ts";
import { makePlay, noise, Stage, type Play } from "../../test/support/stage.ts";
import { CHEAP_CHECK_BYTES } from "./limits.ts";

let play: Play;
let stage: Stage;
beforeAll(async () => {
  play = await makePlay({ "one.bin": 3_000_000 });
});
afterEach(() => stage.close());

describe("Client with a complete torrent without peers", () => {
  it("measures the rate of the first upload from its start, not over the idle hour before", async () => {
    stage = new Stage(play);
    const seeder = await stage.seeder("10.0.0.1", { up: 200_000 });
    await stage.world.run(3_600_000);
    await stage.leecher("10.0.0.2", { peers: [seeder.address] });
    await stage.world.run(5_000);
    expect(seeder.torrent.status().upRate).toBeGreaterThan(100_000);
    expect(seeder.torrent.status().peers).toBe(1);
  });

  it("writes no state of a quickly checked torrent before it is closed, and then starts without a check", async () => {
    stage = new Stage(play);
    const { host, client } = await stage.seeder("10.0.0.1");
    const state = (): string[] => host.disk.paths().filter((path) => path.includes(".millrace"));
    await stage.world.run(5_000);
    expect(state()).toEqual([]);
    await stage.world.settled(client.close(), 10_000);
    expect(state().filter((path) => path.endsWith(".resume"))).toHaveLength(1);
    let reads = 0;
    host.disk.fault = (operation, path) => {
      if (operation === "read" && path === "/data/one.bin") reads++;
      return undefined;
    };
    expect((await stage.enter(host)).torrent.state.kind).toBe("seeding");
    expect(reads).toBe(0);
  });

  it("writes the state of a torrent that takes long to check as soon as it is checked", async () => {
    stage = new Stage(await makePlay({ "large.bin": CHEAP_CHECK_BYTES + 1 }));
    const { host } = await stage.seeder("10.0.0.1");
    expect(host.disk.paths().filter((path) => path.endsWith(".resume"))).toHaveLength(1);
  });
});

describe("Client.add", () => {
  it("refuses a torrent that would overwrite another, until that one is removed", async () => {
    stage = new Stage(play);
    const { host, client, torrent } = await stage.seeder("10.0.0.1");
    host.disk.put("/other/one.bin", noise(100_000, 99));
    const other = await createTorrent(host.runtime, { path: "/other/one.bin" });
    await expect(stage.world.settled(client.add(other.bytes), 1_000)).rejects.toMatchObject({
      code: "client.path-in-use",
    });
    await stage.world.settled(torrent.remove(), 10_000);
    const added = await stage.world.settled(client.add(other.bytes), 1_000);
    expect(added.path).toBe("/data/one.bin");
  });
});
