import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { DhtNet } from "../../../test/support/dht-net.ts";
import { makePlay, Stage, type Actor, type Play } from "../../../test/support/stage.ts";
import type { ClientOptions } from "../index.ts";

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

async function beginWithDht(): Promise<Partial<ClientOptions>> {
  stage = new Stage(play);
  net = new DhtNet(stage.world);
  await net.grow(12);
  return { dht: { bootstrap: net.bootstrap, readOnly: false } };
}

const storedTorrents = (): number => Math.max(...(net?.nodes ?? []).map(({ dht }) => dht.stats.storedTorrents));
const knownPeers = ({ torrent }: Actor): number => torrent.status().knownPeers + torrent.peers().length;

describe("A torrent's own choice of discovery", () => {
  it("is to use what the client uses, until it is changed", async () => {
    stage = new Stage(play);
    const { torrent } = await stage.leecher("10.0.0.1", { pex: false });
    expect(torrent.discovery).toEqual({ dht: true, pex: false, lsd: true });
    torrent.setDiscovery({ lsd: false, pex: undefined });
    expect(torrent.discovery).toEqual({ dht: true, pex: false, lsd: false });
  });

  it("keeps a torrent out of the DHT until it is switched on", async () => {
    const withDht = await beginWithDht();
    const seeder = await stage.seeder("60.1.1.1", {}, withDht, { dht: false });
    const leecher = await stage.leecher("60.2.2.2", {}, {}, withDht);
    await stage.world.run(20 * 60_000);
    expect(storedTorrents()).toBe(1);
    expect(leecher.torrent.peers()).toEqual([]);
    seeder.torrent.setDiscovery({ dht: true });
    await stage.world.settled(leecher.torrent.done, 20 * 60_000);
    expect(stage.isWhole(leecher.host)).toBe(true);
  });

  it("ends the announces in the DHT when it is switched off, and keeps the peers", async () => {
    const withDht = await beginWithDht();
    const seeder = await stage.seeder("60.1.1.1", { up: 5_000 }, withDht);
    await stage.world.run(30_000);
    const leecher = await stage.leecher("60.2.2.2", {}, {}, withDht);
    leecher.torrent.done.catch(() => undefined);
    expect(await stage.world.until(() => leecher.torrent.peers().length > 0, 60_000)).toBe(true);
    for (const { torrent } of [seeder, leecher]) torrent.setDiscovery({ dht: false });
    await stage.world.run(5_000);
    expect([storedTorrents(), leecher.torrent.state.kind, leecher.torrent.peers().length]).toEqual([
      1,
      "downloading",
      1,
    ]);
    // The nodes have forgotten the announces by then.
    await stage.world.run(150 * 60_000);
    expect(storedTorrents()).toBe(0);
  });

  it("tells no peer about the DHT of a torrent that does not use it", async () => {
    const withDht = await beginWithDht();
    const seeder = await stage.seeder("60.1.1.1", {}, withDht, { dht: false });
    const alone = { dht: { bootstrap: [], readOnly: false } };
    const leecher = await stage.leecher("60.2.2.2", { peers: [seeder.address] }, {}, alone);
    await stage.world.settled(leecher.torrent.done, 30_000);
    await stage.world.run(10_000);
    expect(leecher.client.dht?.stats.families[0]?.nodes).toBe(0);
  });

  it("keeps a torrent out of local discovery until it is switched on, and ends it again", async () => {
    stage = new Stage(play);
    const seeder = await stage.seeder("10.0.0.1", home, { lsd: true }, { lsd: false });
    const leecher = await stage.leecher("10.0.0.2", {}, home, { lsd: true });
    await stage.world.run(20 * 60_000);
    expect([knownPeers(leecher), seeder.client.lsd?.stats.sent]).toEqual([0, 0]);
    seeder.torrent.setDiscovery({ lsd: true });
    await stage.world.settled(leecher.torrent.done, 20 * 60_000);
    seeder.torrent.setDiscovery({ lsd: false });
    const { sent } = seeder.client.lsd?.stats ?? { sent: 0 };
    await stage.world.run(20 * 60_000);
    expect([sent > 0, seeder.client.lsd?.stats.sent]).toEqual([true, sent]);
  });

  it("begins and ends peer exchange with connected peers", async () => {
    stage = new Stage(play);
    const hub = await stage.leecher("10.0.0.1", { pex: false });
    const ends = [
      await stage.leecher("10.0.0.2", { peers: [hub.address] }),
      await stage.leecher("10.0.0.3", { peers: [hub.address] }),
    ];
    await stage.world.run(5 * 60_000);
    expect([hub, ...ends].map(({ torrent }) => torrent.peers().length)).toEqual([2, 1, 1]);
    hub.torrent.setDiscovery({ pex: true });
    expect(await stage.world.until(() => ends.every(({ torrent }) => torrent.peers().length === 2), 60_000)).toBe(true);
    hub.torrent.setDiscovery({ pex: false });
    await stage.world.run(1_000);
    expect(hub.torrent.peers().length).toBe(2);
    await stage.leecher("10.0.0.4", { peers: [hub.address], pex: false });
    await stage.world.run(5 * 60_000);
    expect([hub, ...ends].map(({ torrent }) => torrent.peers().length)).toEqual([3, 2, 2]);
  });

  it("cannot switch on what the client does not have", async () => {
    stage = new Stage(play);
    const options = { dht: false, lsd: false, pex: false };
    const hub = await stage.leecher("10.0.0.1", { dht: true, lsd: true, pex: true }, home, options);
    for (const at of [2, 3]) await stage.leecher(`10.0.0.${at}`, { peers: [hub.address] }, home, { lsd: true });
    hub.torrent.setDiscovery({ dht: true, lsd: true, pex: true });
    await stage.world.run(5 * 60_000);
    expect([hub.torrent.peers().length, hub.client.dht, hub.client.lsd]).toEqual([2, undefined, undefined]);
  });
});
