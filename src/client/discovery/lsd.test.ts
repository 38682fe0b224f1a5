import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { makePlay, privatePlay, Stage, type Actor, type Play } from "../../../test/support/stage.ts";
import { encodeSearch, LSD_GROUPS } from "../../lsd/index.ts";
import type { SimHost } from "../../sim/index.ts";
import { Client } from "../client.ts";

const [IPV4 = { ip: "", port: 0 }] = LSD_GROUPS;
const LSD = { lsd: true };
let play: Play;
let stage: Stage;
beforeAll(async () => {
  play = await makePlay({ "a.bin": 200_000 });
});
afterEach(() => stage.close());

const home = { lan: "home" };
const office = { lan: "office" };
const sources = ({ torrent }: Pick<Actor, "torrent">): string[] => torrent.peers().map(({ source }) => source);

/** Announces a torrent from a host, in which the client has no part. */
async function announce(host: SimHost, infoHash: string, port = 6881): Promise<void> {
  const socket = await host.runtime.multicast.open({ group: IPV4, hops: 1, onDatagram: () => undefined });
  socket.join("eth0");
  socket.send(encodeSearch(IPV4, { port, infoHashes: [infoHash], cookie: undefined }), "eth0");
  await socket.close();
}

describe("Client with local service discovery", () => {
  it("downloads from a client in the same local network that nothing else names", async () => {
    stage = new Stage(play);
    await stage.seeder("10.0.0.1", home, { ...LSD, maxUploadRate: 100_000 });
    const leecher = await stage.leecher("10.0.0.2", {}, home, LSD);
    expect(await stage.world.until(() => sources(leecher).length > 0, 10_000)).toBe(true);
    await stage.world.settled(leecher.torrent.done, 60_000);
    expect(stage.isWhole(leecher.host)).toBe(true);
    expect(leecher.client.lsd?.stats).toMatchObject({ interfaces: ["eth0"], sent: 1 });
  });

  it("shows how each peer was found", async () => {
    stage = new Stage(play);
    const alone = await stage.leecher("10.0.0.1", {}, home, LSD);
    await announce(stage.world.host("10.0.0.9", home), play.metainfo.id.hex, 9);
    const other = await stage.leecher("10.0.0.2", {}, home);
    await announce(other.host, play.metainfo.id.hex);
    await stage.world.run(2_000);
    expect([sources(alone), sources(other)]).toEqual([["local"], ["incoming"]]);
  });

  it("finds no client in another local network, or without local discovery", async () => {
    stage = new Stage(play);
    await stage.seeder("10.0.1.1", office, LSD);
    await stage.seeder("10.0.0.1", home);
    const leecher = await stage.leecher("10.0.0.2", {}, home, LSD);
    leecher.torrent.done.catch(() => undefined);
    await stage.world.run(20 * 60_000);
    expect(leecher.torrent.status()).toMatchObject({ peers: 0, knownPeers: 0 });
  });

  it("neither announces a private torrent nor takes peers for it (BEP 27)", async () => {
    stage = new Stage(privatePlay(play));
    await stage.seeder("10.0.0.1", home, LSD);
    const leecher = await stage.leecher("10.0.0.2", {}, home, LSD);
    leecher.torrent.done.catch(() => undefined);
    await announce(stage.world.host("10.0.0.9", home), leecher.torrent.infoHash.hex);
    await stage.world.run(20 * 60_000);
    expect(leecher.torrent.status()).toMatchObject({ peers: 0, knownPeers: 0 });
    expect(stage.actors.map(({ client }) => client.lsd?.stats.sent)).toEqual([0, 0]);
  });

  it("drops the peers that it found for a magnet link that turns out to be private", async () => {
    stage = new Stage(privatePlay(play));
    const { metainfo } = stage.play;
    const seeder = await stage.seeder("10.0.0.1", { ...home, up: 10_000 });
    const client = new Client({ runtime: stage.world.host("10.0.0.2", home).runtime, downloadDir: "/data", ...LSD });
    const torrent = await stage.world.settled(client.add(metainfo.id.hex), 1_000);
    torrent.done.catch(() => undefined);
    await announce(seeder.host, metainfo.id.hex);
    await announce(stage.world.host("10.0.0.9", home), metainfo.id.hex, 9);
    expect(await stage.world.until(() => torrent.metainfo !== undefined, 30_000)).toBe(true);
    await stage.world.run(1_000);
    // The seeder may dial back; the dead address is forgotten.
    expect(sources({ torrent })).not.toContain("local");
    expect(torrent.swarm?.candidates.sourceOf({ kind: "ip", ip: "10.0.0.9", port: 9 })).toBeUndefined();
    const { sent } = client.lsd?.stats ?? { sent: 0 };
    await stage.world.run(20 * 60_000);
    expect(client.lsd?.stats.sent).toBe(sent);
    await stage.world.settled(client.close(), 60_000);
  });

  it("refuses such a peer when it was still being dialed", async () => {
    stage = new Stage(privatePlay(play));
    const { metainfo } = stage.play;
    const near = await stage.seeder("10.0.0.1", { ...home, up: 5_000 });
    const slow = await stage.seeder("10.0.0.3", { ...home, latencyMs: 2_000 });
    const client = new Client({ runtime: stage.world.host("10.0.0.2", home).runtime, downloadDir: "/data", ...LSD });
    const torrent = await stage.world.settled(client.add(metainfo.id.hex), 1_000);
    torrent.done.catch(() => undefined);
    await announce(slow.host, metainfo.id.hex);
    await stage.world.run(2_200);
    await announce(near.host, metainfo.id.hex);
    expect(await stage.world.until(() => torrent.metainfo !== undefined, 1_500)).toBe(true);
    const isAdmitted = (): boolean => sources({ torrent }).includes("local");
    // The near seeder needs longer for the data: until then nothing else ends a connection.
    expect([await stage.world.until(isAdmitted, 20_000), torrent.state.kind]).toEqual([false, "downloading"]);
    await stage.world.settled(client.close(), 60_000);
  });

  it("opens nothing when it is off, or has no interface to use", async () => {
    stage = new Stage(play);
    const actors = [
      await stage.leecher("10.0.0.1", {}, home),
      await stage.leecher("10.0.0.2", {}, home, { lsd: false }),
      await stage.leecher("10.0.0.3", {}, home, { lsd: { interfaces: [] } }),
    ];
    await stage.world.run(60_000);
    for (const { torrent } of actors) torrent.done.catch(() => undefined);
    expect(actors.map(({ client }) => client.lsd?.stats.interfaces)).toEqual([undefined, undefined, []]);
  });
});
