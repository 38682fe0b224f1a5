import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { utf8 } from "../base/index.ts";
import { makePlay, Stage, type Play } from "../../test/support/stage.ts";

let play: Play;
let stage: Stage;
beforeAll(async () => {
  play = await makePlay({ "one.bin": 2_000_000 });
});
afterEach(() => stage.close());

describe("Torrent.setTrackers", () => {
  it("announces to new trackers at once, sends stopped to removed ones, and applies to the next start", async () => {
    stage = new Stage(play);
    const heard: string[] = [];
    const tracker = stage.world.host("10.0.9.1");
    await stage.world.settled(
      tracker.runtime.httpServers.serve({
        ip: "10.0.9.1",
        port: 80,
        onRequest: ({ target }) => {
          heard.push(`${target.split("?")[0] ?? ""} ${/event=(\w+)/.exec(target)?.[1] ?? ""}`);
          return { status: 200, body: utf8("d8:intervali1800e5:peers0:e") };
        },
      }),
      1_000,
    );
    const { torrent } = await stage.leecher("10.0.0.2", { extraTrackers: ["http://10.0.9.1/a"] });
    await stage.world.run(2_000);
    torrent.setTrackers([["http://10.0.9.1/b"]]);
    await stage.world.run(2_000);
    expect(heard.toSorted()).toEqual(["/a started", "/a stopped", "/b started"]);
    expect(torrent.trackerTiers).toEqual([["http://10.0.9.1/b"]]);
    await stage.world.settled(torrent.pause(), 10_000);
    torrent.setTrackers([["http://10.0.9.1/c"]]);
    torrent.resume();
    await stage.world.run(2_000);
    expect(heard.slice(3)).toEqual(["/b stopped", "/c started"]);
    torrent.setTrackers([]);
    await stage.world.run(1_000);
    expect(torrent.trackers()).toEqual([]);
  });
});

describe("Torrent.availability", () => {
  it("counts the peers with each piece, and returns those being downloaded", async () => {
    stage = new Stage(play);
    const seeder = await stage.seeder("10.0.0.1", { up: 100_000 });
    const other = await stage.seeder("10.0.0.3", { up: 100_000 });
    const { torrent } = await stage.leecher("10.0.0.2", { peers: [seeder.address, other.address] });
    expect(torrent.availability()?.every((count) => count === 0)).toBe(true);
    await stage.world.run(3_000);
    expect(torrent.availability()).toEqual(new Uint8Array(play.metainfo.pieceCount).fill(2));
    expect(torrent.activePieces().length).toBeGreaterThan(0);
  });
});

describe("Torrent.isSequential", () => {
  it("can be set before the torrent runs, and survives a pause", async () => {
    stage = new Stage(play);
    const seeder = await stage.seeder("10.0.0.1", { up: 200_000 });
    const { torrent } = await stage.leecher("10.0.0.2", { peers: [seeder.address], paused: true });
    torrent.setSequential(true);
    torrent.resume();
    const pieces: number[] = [];
    torrent.on("piece", (piece) => pieces.push(piece));
    await stage.world.run(2_000);
    await stage.world.settled(torrent.pause(), 10_000);
    torrent.resume();
    await stage.world.settled(torrent.done, 60_000);
    expect(torrent.isSequential).toBe(true);
    // The first ones are in the allowed-fast set of the choking peer (BEP 6).
    const chosen = pieces.slice(10);
    expect(chosen.length).toBeGreaterThan(15);
    expect(chosen).toEqual(chosen.toSorted((a, b) => a - b));
  });
});

describe("Torrent.addPeers", () => {
  it("keeps peers that were named before the start, and over a pause", async () => {
    stage = new Stage(play);
    const seeder = await stage.seeder("10.0.0.1", { up: 100_000 });
    const { torrent } = await stage.leecher("10.0.0.2", { paused: true });
    await stage.world.settled(torrent.addPeers([seeder.address]), 1_000);
    torrent.resume();
    await stage.world.run(3_000);
    expect(torrent.peers()).toHaveLength(1);
    await stage.world.settled(torrent.pause(), 10_000);
    torrent.resume();
    await stage.world.run(3_000);
    expect(torrent.peers()).toHaveLength(1);
  });
});

describe("Client", () => {
  it("does not tick an unfinished torrent without peers each second", async () => {
    stage = new Stage(play);
    const { client, torrent } = await stage.leecher("10.0.0.2");
    await stage.world.run(5_000);
    expect([torrent.state.kind, [...client.awake]]).toEqual(["downloading", []]);
  });

  it("counts connections and applies new limits", async () => {
    stage = new Stage(play);
    const seeder = await stage.seeder("10.0.0.1", {}, { maxUploadRate: 1_000 });
    seeder.client.setLimits({ maxConnections: 2 });
    for (let i = 2; i < 6; i++) await stage.leecher(`10.0.0.${i}`, { peers: [seeder.address] });
    await stage.world.run(20_000);
    expect(seeder.client.connections).toBe(2);
    seeder.client.setLimits({ maxConnections: 10, maxPeers: 3 });
    await stage.world.run(120_000);
    expect(seeder.client.connections).toBe(3);
  });

  it("is reachable once a peer with a public address has connected", async () => {
    stage = new Stage(play);
    const seeder = await stage.seeder("10.0.0.1");
    await stage.leecher("10.0.0.2", { peers: [seeder.address] });
    await stage.world.run(5_000);
    expect(seeder.client.isReachable).toBe(false);
    const far = await stage.leecher("8.8.4.4", { peers: [seeder.address] });
    await stage.world.run(5_000);
    expect([seeder.client.isReachable, far.client.isReachable]).toEqual([true, false]);
  });

  it("does not tick an idle torrent each second, until a peer connects", async () => {
    stage = new Stage(play);
    const seeder = await stage.seeder("10.0.0.1", { up: 200_000 });
    await stage.world.run(3_000);
    expect([...seeder.client.awake]).toEqual([]);
    const leecher = await stage.leecher("10.0.0.2", { peers: [seeder.address] });
    await stage.world.run(3_000);
    expect([...seeder.client.awake]).toEqual([seeder.torrent]);
    expect(seeder.torrent.isBusy).toBe(true);
    await stage.world.settled(leecher.torrent.done, 60_000);
    await stage.world.settled(leecher.torrent.pause(), 10_000);
    await stage.world.run(60_000);
    expect(leecher.torrent.isBusy).toBe(false);
    expect([...leecher.client.awake]).toEqual([]);
  });
});
