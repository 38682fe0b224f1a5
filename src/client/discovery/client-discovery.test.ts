import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { DhtNet } from "../../../test/support/dht-net.ts";
import { makePlay, Stage, type Play } from "../../../test/support/stage.ts";

const home = { lan: "home" };
let play: Play;
let stage: Stage;
let net: DhtNet | undefined;
beforeAll(async () => {
  play = await makePlay({ "a.bin": 200_000 });
});
afterEach(async () => {
  await stage.close();
  await net?.close();
  net = undefined;
});

describe("Client.setDiscovery", () => {
  it("switches the DHT on for a running torrent, off, and on again with the nodes that it knew", async () => {
    stage = new Stage(play);
    net = new DhtNet(stage.world);
    await net.grow(12);
    const withDht = { dht: { bootstrap: net.bootstrap, readOnly: false } };
    await stage.seeder("60.1.1.1", {}, withDht);
    const { client, torrent, host } = await stage.leecher("60.2.2.2", {}, {}, { stateDir: "/state" });
    await stage.world.run(30_000);
    expect([client.dht, torrent.state.kind, torrent.peers()]).toEqual([undefined, "downloading", []]);
    await stage.world.settled(client.setDiscovery(withDht), 1_000);
    await stage.world.settled(torrent.done, 60_000);
    await stage.world.settled(client.setDiscovery({ dht: false }), 1_000);
    expect([client.dht, torrent.state.kind]).toEqual([undefined, "seeding"]);
    expect(host.disk.get("/state/dht.nodes")?.length).toBeGreaterThan(100);
    await stage.world.settled(client.setDiscovery({ dht: { bootstrap: [], readOnly: false } }), 1_000);
    await stage.world.run(30_000);
    expect(client.dht?.stats.families[0]?.nodes).toBeGreaterThan(5);
  });

  it("switches local discovery on and off", async () => {
    stage = new Stage(play);
    const seeder = await stage.seeder("10.0.0.1", home);
    const leecher = await stage.leecher("10.0.0.2", {}, home, { lsd: true });
    await stage.world.run(20 * 60_000);
    expect(leecher.torrent.peers()).toEqual([]);
    await stage.world.settled(seeder.client.setDiscovery({ lsd: true }), 1_000);
    await stage.world.settled(leecher.torrent.done, 20 * 60_000);
    await stage.world.settled(seeder.client.setDiscovery({ lsd: false }), 1_000);
    const received = leecher.client.lsd?.stats.received;
    await stage.world.run(20 * 60_000);
    expect([seeder.client.lsd, leecher.client.lsd?.stats.received]).toEqual([undefined, received]);
  });

  it("switches peer exchange on for the connected peers", async () => {
    stage = new Stage(play);
    const hub = await stage.leecher("10.0.0.1", {}, {}, { pex: false });
    const ends = [
      await stage.leecher("10.0.0.2", { peers: [hub.address] }),
      await stage.leecher("10.0.0.3", { peers: [hub.address] }),
    ];
    const peers = (): number[] => ends.map(({ torrent }) => torrent.peers().length);
    await stage.world.run(5 * 60_000);
    expect(peers()).toEqual([1, 1]);
    await stage.world.settled(hub.client.setDiscovery({ pex: true }), 1_000);
    expect(await stage.world.until(() => peers().join() === "2,2", 60_000)).toBe(true);
  });

  it("ends in the last state that was asked for, and leaves nothing behind when the client closes", async () => {
    stage = new Stage(play);
    const { client, host } = await stage.leecher("10.0.0.1", {}, home);
    const dht = { bootstrap: [], readOnly: false };
    const switches = [{ dht, lsd: true }, { dht: false, lsd: false }, { dht, lsd: true }, { lsd: false }];
    await stage.world.settled(Promise.all(switches.map((each) => client.setDiscovery(each))), 10_000);
    expect([client.dht === undefined, client.lsd === undefined]).toEqual([false, true]);
    const last = client.setDiscovery({ lsd: true });
    await stage.world.settled(Promise.all([last, client.close()]), 10_000);
    expect([host.timers, host.sockets, host.listeners]).toEqual([0, 0, 0]);
  });
});
