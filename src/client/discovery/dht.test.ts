import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DhtNet, SimNode } from "../../../test/support/dht-net.ts";
import { digest, makePlay, Stage, type Play } from "../../../test/support/stage.ts";
import { asDict, decode, encode } from "../../bencode/index.ts";
import { parseMetainfo, type Metainfo } from "../../metainfo/index.ts";
import { Client, type ClientOptions, type Torrent } from "../index.ts";

let play: Play;
let stage: Stage;
let net: DhtNet;
beforeAll(async () => {
  play = await makePlay({ "a.bin": 200_000 });
});
beforeEach(async () => {
  stage = new Stage(play);
  net = new DhtNet(stage.world);
  await net.grow(12);
});
afterEach(async () => {
  await stage.close();
  await net.close();
});

const withDht = (): Partial<ClientOptions> => ({ dht: { bootstrap: net.bootstrap, readOnly: false } });
/** The metainfo with other keys in its info dictionary, or beside it. */
function changed(metainfo: Metainfo, info: object, outer: object = {}): Metainfo {
  const before = asDict(asDict(decode(metainfo.torrentBytes()))?.get("info"));
  const keys = new Map([...(before ?? []), ...Object.entries(info)].sort(([a], [b]) => (a < b ? -1 : 1)));
  return parseMetainfo(encode({ ...outer, info: keys }), { digestSync: digest });
}

async function magnetOnly(ip: string, options: Partial<ClientOptions>): Promise<{ client: Client; torrent: Torrent }> {
  const { runtime } = stage.world.host(ip);
  const client = new Client({ runtime, downloadDir: "/data", port: 6881, ...options });
  const torrent = await stage.world.settled(client.add(play.metainfo.id.hex), 1_000);
  return { client, torrent };
}

describe("Client with the DHT", () => {
  it("downloads an info-hash alone from a seeder that only the DHT knows", async () => {
    await stage.seeder("60.1.1.1", { latencyMs: 20 }, withDht());
    await stage.world.run(30_000);
    const { client, torrent } = await magnetOnly("60.2.2.2", withDht());
    await stage.world.settled(torrent.done, 30_000);
    expect(torrent.metainfo?.name).toBe("a.bin");
    expect(client.dht?.stats.families[0]?.nodes).toBeGreaterThan(5);
    await stage.world.settled(client.close(), 10_000);
  });

  it("neither looks for peers of a private torrent nor announces it (BEP 27)", async () => {
    const metainfo = changed(play.metainfo, { private: 1 });
    stage = new Stage({ ...play, metainfo });
    net = new DhtNet(stage.world);
    await net.grow(12);
    await stage.seeder("60.1.1.1", {}, withDht());
    const leecher = await stage.leecher("60.2.2.2", {}, {}, withDht());
    leecher.torrent.done.catch(() => undefined);
    await stage.world.run(20 * 60_000);
    expect(leecher.torrent.status().knownPeers + leecher.torrent.status().peers).toBe(0);
    expect(net.nodes.map(({ dht }) => dht.stats.storedTorrents)).toEqual(net.nodes.map(() => 0));
  });

  it("forgets the peers that the DHT named when a magnet link turns out to be private", async () => {
    const metainfo = changed(play.metainfo, { private: 1 });
    stage = new Stage({ ...play, metainfo });
    net = new DhtNet(stage.world);
    await net.grow(12);
    const seeder = await stage.seeder("60.1.1.1", { up: 10_000 }, { utp: false });
    // Announced all the same, by another program on its host.
    const other = new SimNode(seeder.host, { bootstrap: net.bootstrap, readOnly: false });
    await stage.world.settled(other.dht.open(), 1_000);
    await stage.world.run(5_000);
    await stage.world.settled(other.dht.findPeers(metainfo.id, { announce: { port: 6881 } }), 10_000);
    const { runtime } = stage.world.host("60.2.2.2");
    const client = new Client({ runtime, downloadDir: "/data", port: 6881, ...withDht() });
    const torrent = await stage.world.settled(client.add(metainfo.id.hex), 1_000);
    torrent.done.catch(() => undefined);
    expect(await stage.world.until(() => torrent.metainfo !== undefined, 30_000)).toBe(true);
    // The seeder knows the leecher by now and may dial it, which the leecher cannot tell from a peer of its tracker.
    await stage.world.run(2_000);
    expect(torrent.peers().filter(({ direction }) => direction === "outgoing")).toEqual([]);
    await Promise.all([stage.world.settled(client.close(), 10_000), other.dht.close()]);
  });

  it("joins by the node of a peer, which it sends in a port message", async () => {
    const seeder = await stage.seeder("60.1.1.1", {}, withDht());
    await stage.world.run(10_000);
    const alone = { dht: { bootstrap: [], readOnly: false } };
    const leecher = await stage.leecher("60.2.2.2", { peers: [seeder.address] }, {}, alone);
    await stage.world.settled(leecher.torrent.done, 30_000);
    await stage.world.run(10_000);
    expect(leecher.client.dht?.stats.families[0]?.nodes).toBeGreaterThan(5);
  });

  it("joins by the nodes of a torrent file", async () => {
    const [host, port] = net.bootstrap[0]?.split(":") ?? [];
    const metainfo = changed(play.metainfo, {}, { nodes: [[host ?? "", Number(port)]] });
    await stage.seeder("60.1.1.1", {}, withDht());
    const { runtime } = stage.world.host("60.2.2.2");
    const client = new Client({ runtime, downloadDir: "/data", dht: { bootstrap: [], readOnly: false } });
    const torrent = await stage.world.settled(client.add(metainfo), 1_000);
    await stage.world.settled(torrent.done, 60_000);
    expect(client.dht?.stats.families[0]?.nodes).toBeGreaterThan(5);
    await stage.world.settled(client.close(), 10_000);
  });

  it("stops at once while no node replies", async () => {
    const { client, torrent } = await magnetOnly("60.2.2.2", { dht: { bootstrap: ["60.9.9.9:1"], readOnly: false } });
    await stage.world.run(1_000);
    await stage.world.settled(torrent.pause(), 100);
    expect(torrent.state.kind).toBe("paused");
    torrent.resume();
    await stage.world.run(1_000);
    await stage.world.settled(client.close(), 100);
  });

  it("keeps its nodes in the state folder for the next start", async () => {
    const { runtime } = stage.world.host("60.3.3.3");
    const options = { runtime, downloadDir: "/data", stateDir: "/state", port: 6881 } as const;
    const first = new Client({ ...options, ...withDht() });
    await stage.world.settled(first.listen(), 1_000);
    await stage.world.run(10_000);
    await stage.world.settled(first.close(), 10_000);
    const second = new Client({ ...options, dht: { bootstrap: [], readOnly: false } });
    await stage.world.settled(second.listen(), 1_000);
    await stage.world.run(10_000);
    expect(second.dht?.stats.families[0]?.nodes).toBeGreaterThan(5);
    await stage.world.settled(second.close(), 10_000);
  });
});
