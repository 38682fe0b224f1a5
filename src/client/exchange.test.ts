import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { makeOddPlay, makePlay, Stage, type Actor, type Play } from "../../test/support/stage.ts";

let play: Play;
let stage: Stage | undefined;
beforeAll(async () => {
  play = await makePlay({ "one.bin": 1_000_000 });
});
afterEach(() => stage?.close());

async function begin(which = play, seed = 1): Promise<Stage> {
  stage = new Stage(which, seed);
  return stage;
}

describe("Client", () => {
  it("downloads from another client, byte for byte, and leaves nothing behind when both are closed", async () => {
    const s = await begin();
    const seeder = await s.seeder("10.0.0.1");
    expect(seeder.torrent.state.kind).toBe("seeding");
    const leecher = await s.leecher("10.0.0.2", { peers: [seeder.address] });
    await s.world.settled(leecher.torrent.done, 60_000);
    expect(s.isWhole(leecher.host)).toBe(true);
    await s.close();
    for (const { host } of s.actors) expect([host.timers, host.sockets, host.listeners]).toEqual([0, 0, 0]);
  });

  it.each([
    [1, 50],
    [1_000, 40_000],
    [25_344, 200_001],
    [100_000, 1_000_000],
    [270_544, 1_000_000],
  ])("exchanges pieces of %i bytes", async (pieceLength, length) => {
    const s = await begin(makeOddPlay(length, pieceLength));
    const seeder = await s.seeder("10.0.0.1");
    const leecher = await s.leecher("10.0.0.2", { peers: [seeder.address] });
    await s.world.settled(leecher.torrent.done, 60_000);
    expect(s.isWhole(leecher.host)).toBe(true);
  });

  it("restarts without a check and without a download", async () => {
    const s = await begin();
    const seeder = await s.seeder("10.0.0.1");
    const leecher = await s.leecher("10.0.0.2", { peers: [seeder.address] });
    await s.world.settled(leecher.torrent.done, 60_000);
    await s.world.settled(leecher.client.close(), 10_000);
    const states: string[] = [];
    leecher.host.disk.fault = (operation, path) => {
      if (operation === "read" && path === "/data/one.bin") states.push("read");
      return undefined;
    };
    const again = await s.enter(leecher.host);
    expect(again.torrent.state.kind).toBe("seeding");
    expect(states).toEqual([]);
  });

  it("fetches a torrent by magnet link from a peer named in it", async () => {
    const s = await begin();
    const seeder = await s.seeder("10.0.0.1");
    const host = s.world.host("10.0.0.2");
    const { Client } = await import("./index.ts");
    const client = new Client({ runtime: host.runtime, downloadDir: "/data" });
    const torrent = await s.world.settled(
      client.add(`magnet:?xt=urn:btih:${play.metainfo.infoHash?.hex ?? ""}&x.pe=${seeder.address}`),
      1_000,
    );
    await s.world.settled(torrent.done, 60_000);
    expect(s.isWhole(host)).toBe(true);
    await s.world.settled(client.close(), 10_000);
  });

  it("exchanges pieces between downloaders while the seed sends each only about once", async () => {
    const s = await begin(await makePlay({ "one.bin": 4_000_000 }));
    const seeder = await s.seeder("10.0.0.1", { up: 200_000 });
    const leechers: Actor[] = [];
    for (let i = 2; i < 8; i++)
      leechers.push(
        await s.leecher(`10.0.0.${i}`, { peers: [seeder.address, ...leechers.map(({ address }) => address)] }),
      );
    await s.world.settled(Promise.all(leechers.map(({ torrent }) => torrent.done)), 200_000);
    for (const { host } of leechers) expect(s.isWhole(host)).toBe(true);
    expect(seeder.torrent.status().uploaded).toBeLessThan(3 * 4_000_000);
  });

  it("is deterministic: the same seed gives the same trace, another seed another", async () => {
    const run = async (seed: number): Promise<string> => {
      const s = new Stage(play, seed);
      const seeder = await s.seeder("10.0.0.1");
      const a = await s.leecher("10.0.0.2", { peers: [seeder.address] });
      const b = await s.leecher("10.0.0.3", { peers: [seeder.address, a.address] });
      await s.world.settled(Promise.all([a.torrent.done, b.torrent.done]), 60_000);
      await s.close();
      return s.world.fingerprint;
    };
    expect(await run(5)).toBe(await run(5));
    expect(await run(5)).not.toBe(await run(6));
  });

  it("completes a swarm of 50", { timeout: 120_000 }, async () => {
    const s = await begin(await makePlay({ "one.bin": 1_000_000 }, 32_768));
    const seeder = await s.seeder("10.0.0.1", { up: 500_000 });
    const all = [seeder];
    for (let i = 0; i < 49; i++) {
      const peers = all.slice(-6).map(({ address }) => address);
      all.push(await s.leecher(`10.0.1.${i + 1}`, { peers: [seeder.address, ...peers] }, { up: 500_000 }));
    }
    await s.world.settled(Promise.all(all.map(({ torrent }) => torrent.done)), 600_000);
    for (const { host } of all) expect(s.isWhole(host)).toBe(true);
  });
});

describe("Client limits", () => {
  it.each([
    ["the client's download", { maxDownloadRate: 50_000 }, {}, {}, {}],
    ["the torrent's download", {}, { maxDownloadRate: 50_000 }, {}, {}],
    ["the client's upload", {}, {}, { maxUploadRate: 50_000 }, {}],
    ["the torrent's upload", {}, {}, {}, { maxUploadRate: 50_000 }],
  ])("keep to %s rate", async (_, client, add, seedClient, seedAdd) => {
    const s = await begin();
    const seeder = await s.seeder("10.0.0.1", {}, seedClient, seedAdd);
    const from = s.world.now;
    const leecher = await s.leecher("10.0.0.2", { peers: [seeder.address], ...add }, {}, client);
    await s.world.settled(leecher.torrent.done, 60_000);
    const seconds = (s.world.now - from) / 1000;
    // 1,000,000 bytes and headers at 50,000 a second, less the bytes in the sockets' buffers when the limit applies.
    expect(seconds).toBeGreaterThan(13);
    expect(seconds).toBeLessThan(22.5);
  });

  it("apply a new rate at once", async () => {
    const s = await begin();
    const seeder = await s.seeder("10.0.0.1", {}, { maxUploadRate: 10_000 });
    const leecher = await s.leecher("10.0.0.2", { peers: [seeder.address] });
    await s.world.run(10_000);
    expect(leecher.torrent.status().downloaded).toBeLessThan(500_000);
    seeder.client.setRates({ maxUploadRate: undefined });
    await s.world.settled(leecher.torrent.done, 4_000);
  });

  it("refuse connections above the limit", async () => {
    const s = await begin();
    const seeder = await s.seeder("10.0.0.1", {}, { maxConnections: 3, maxUploadRate: 1_000 });
    for (let i = 2; i < 8; i++) await s.leecher(`10.0.0.${i}`, { peers: [seeder.address] });
    await s.world.run(60_000);
    expect(seeder.torrent.peers().length).toBe(3);
  });
});

describe("Client connections", () => {
  it("are never to the client itself", async () => {
    const s = await begin();
    const leecher = await s.leecher("10.0.0.2", { peers: ["10.0.0.2:6881"] });
    let most = 0;
    for (let i = 0; i < 60; i++) {
      await s.world.run(500);
      most = Math.max(most, leecher.torrent.peers().length);
    }
    expect(most).toBe(0);
  });

  it("are single, also when both dial each other", async () => {
    const s = await begin();
    const a = await s.leecher("10.0.0.2", { peers: ["10.0.0.3:6881"] });
    const b = await s.leecher("10.0.0.3", { peers: ["10.0.0.2:6881"] });
    await s.world.run(120_000);
    expect([a.torrent.peers().length, b.torrent.peers().length]).toEqual([1, 1]);
  });

  it("are kept alive when idle, and closed when the other side is unreachable", async () => {
    const s = await begin();
    const a = await s.leecher("10.0.0.2");
    const b = await s.leecher("10.0.0.3", { peers: [a.address] });
    const port = (): number | undefined => a.torrent.peers()[0]?.port;
    await s.world.run(5_000);
    const first = port();
    expect(first).toBeDefined();
    await s.world.run(20 * 60_000);
    expect(port()).toBe(first);
    b.host.isUnplugged = true;
    await s.world.run(60_000);
    expect(a.torrent.peers().length).toBe(1);
    await s.world.run(240_000);
    expect(a.torrent.peers().length).toBe(0);
  });

  it("are tried again with growing delays", async () => {
    const s = await begin();
    const { net } = s.world.host("10.0.0.9").runtime;
    const at: number[] = [];
    await net.listen({
      ip: "::",
      port: 1,
      onSocket: (socket) => {
        at.push(s.world.now);
        socket.destroy();
      },
    });
    await s.leecher("10.0.0.2", { peers: ["10.0.0.9:1"] }, {}, { encryption: "disabled" });
    await s.world.run(600_000);
    const waits = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    expect(waits.length).toBeGreaterThanOrEqual(5);
    waits.slice(0, 5).forEach((wait, index) => {
      expect(wait).toBeGreaterThanOrEqual(5_000 * 2 ** index);
      // And 3 s in which uTP gets no reply.
      expect(wait).toBeLessThan(5_000 * 2 ** index * 1.25 + 5_000);
    });
  });
});
