import { afterEach, describe, expect, it } from "vitest";
import { DhtNet } from "../../test/support/dht-net.ts";
import { InfoHash, utf8, type Endpoint } from "../base/index.ts";
import { idFromBytes } from "./node-id.ts";
import { isSecureId } from "./secure-id.ts";
import { signedBytes } from "./store/item-store.ts";

const infoHash = InfoHash.fromBytes(new Uint8Array(20).fill(0x5a));
let net: DhtNet;
afterEach(() => net.close());

describe("Dht", () => {
  it("finds what another node has announced, among 100 nodes", async () => {
    net = new DhtNet();
    await net.grow(100);
    const [seeder, leecher] = [net.at(40), net.at(80)];
    const announced = await net.world.settled(
      seeder.dht.findPeers(infoHash, { announce: { port: 7_000, isSeed: true } }),
      60_000,
    );
    expect(announced.announced).toBe(8);
    const early: Endpoint[] = [];
    const found = await net.world.settled(
      leecher.dht.findPeers(infoHash, { onPeers: (peers) => early.push(...peers), scrape: true }),
      60_000,
    );
    expect(found.peers).toEqual([{ ip: seeder.host.ip, port: 7_000 }]);
    expect(early).toEqual(found.peers);
    expect([found.seeds, found.leechers]).toEqual([1, 0]);
    expect(found.rounds).toBeLessThanOrEqual(4);
    expect(found.queries).toBeLessThanOrEqual(60);
  });

  it("takes an id that fits its address, once other nodes have said which that is (BEP 42)", async () => {
    net = new DhtNet();
    await net.grow(30);
    for (const { dht, host } of net.nodes.slice(10))
      for (const { id, externalIp } of dht.stats.families)
        expect([externalIp, isSecureId(id, host.ip)]).toEqual([host.ip, true]);
  });

  it("stores items and finds the newest, and refuses what is older or not signed (BEP 44)", async () => {
    net = new DhtNet();
    await net.grow(30);
    const [writer, reader] = [net.at(3), net.at(20)];
    const { signatures } = writer.host.runtime;
    const seed = new Uint8Array(32).fill(9);
    const key = signatures.publicKey(seed);
    const salt = utf8("news");
    const item = (seq: number, text: string) => {
      const value = utf8(`${text.length}:${text}`);
      return {
        kind: "mutable",
        key,
        salt,
        seq,
        value,
        signature: signatures.sign(seed, signedBytes(value, seq, salt)),
      } as const;
    };
    const put = (seq: number, text: string, cas?: number) =>
      net.world.settled(writer.dht.putItem(item(seq, text), cas === undefined ? {} : { cas }), 60_000);
    const get = () => net.world.settled(reader.dht.getItem({ kind: "mutable", key, salt }), 60_000);
    expect(await get()).toBeUndefined();
    expect((await put(1, "one")).stored).toBe(8);
    expect((await get())?.item).toEqual(item(1, "one"));
    expect((await put(2, "two", 1)).stored).toBe(8);
    const [old, swapped] = [await put(1, "old"), await put(3, "three", 1)];
    expect([old.stored, old.refused[0]?.code, swapped.stored, swapped.refused[0]?.code]).toEqual([0, 302, 0, 301]);
    expect((await get())?.item).toEqual(item(2, "two"));
    await expect(writer.dht.putItem({ ...item(4, "four"), signature: new Uint8Array(64) })).rejects.toThrow(
      "signature",
    );
    const value = utf8("i42e");
    const { target } = await net.world.settled(writer.dht.putItem({ kind: "immutable", value }), 60_000);
    expect((await net.world.settled(reader.dht.getItem({ kind: "immutable", target }), 60_000))?.item.value).toEqual(
      value,
    );
  });

  it("samples info-hashes of other nodes (BEP 51)", async () => {
    net = new DhtNet();
    await net.grow(20);
    await net.world.settled(net.at(5).dht.findPeers(infoHash, { announce: { port: 7_000 } }), 60_000);
    const samples = await net.world.settled(net.at(9).dht.sample(idFromBytes(infoHash.wire)), 60_000);
    expect(samples).toEqual([idFromBytes(infoHash.wire)]);
  });

  it("begins with the nodes of an earlier run, when no bootstrap node is there any more", async () => {
    net = new DhtNet();
    await net.grow(20);
    const saved = net.at(7).dht.save();
    const later = await net.add("99.1.2.3", { saved, bootstrap: ["203.0.113.1:6881"] });
    expect(await net.world.settled(later.dht.ready(20_000), 30_000)).toBe(true);
    const broken = saved.slice();
    broken[broken.length - 10] = (broken.at(-10) ?? 0) ^ 1;
    const alone = await net.add("99.1.3.3", { saved: broken, bootstrap: [] });
    expect(await net.world.settled(alone.dht.ready(5_000), 30_000)).toBe(false);
  });

  it("finds nothing, and says so soon, where there are no nodes", async () => {
    net = new DhtNet();
    const alone = await net.add("99.1.2.3", { bootstrap: [] });
    const found = await net.world.settled(alone.dht.findPeers(infoHash, { announce: { port: 1 } }), 1_000);
    expect(found).toMatchObject({ peers: [], announced: 0, queries: 0 });
  });
});
