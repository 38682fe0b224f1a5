import { afterEach, describe, expect, it } from "vitest";
import { DhtNet } from "../../test/support/dht-net.ts";
import { InfoHash, type PeerAddress } from "../base/index.ts";
import { DEFERRED_ANNOUNCE_MS } from "./limits.ts";
import { DhtService } from "./service.ts";

const infoHash = InfoHash.fromBytes(new Uint8Array(20).fill(0x5a));
let net: DhtNet;
afterEach(() => net.close());

/**
 * Searches with a node among 30, two of which have announced themselves as peers. Returns what it finds, and whether
 * others find it.
 */
async function search({
  readOnly,
  isSeed = false,
  peers = 2,
}: {
  readOnly: boolean;
  isSeed?: boolean;
  peers?: number;
}) {
  net = new DhtNet();
  await net.grow(30);
  for (let at = 0; at < peers; at++)
    await net.world.settled(net.at(5 + at).dht.findPeers(infoHash, { announce: { port: 7_000 } }), 60_000);
  const { dht, host } = await net.add("40.1.1.1", { readOnly });
  await net.world.settled(dht.ready(), 10_000);
  const { clock, random } = host.runtime;
  const service = new DhtService({ dht, clock, random, isSeed: () => isSeed });
  await service.open(6_881);
  const found: PeerAddress[] = [];
  const source = service.sourceFor(infoHash);
  source.start({ infoHash, found: (addresses) => void found.push(...addresses) });
  const isAnnounced = async (): Promise<boolean> => {
    const result = await net.world.settled(net.at(20).dht.findPeers(infoHash), 60_000);
    return result.peers.some(({ ip }) => ip === host.ip);
  };
  return { found, isAnnounced, service };
}

describe("DhtService", () => {
  it.each([
    ["a node that replies to queries", { readOnly: false }],
    ["a read-only seed", { readOnly: true, isSeed: true }],
    ["a read-only node that finds no peers", { readOnly: true, peers: 0 }],
  ])("announces %s at once", async (_, options) => {
    const { isAnnounced, service } = await search(options);
    await net.world.run(3_000);
    expect(await isAnnounced()).toBe(true);
    await service.close();
  });

  it("announces a read-only node that finds peers later, as many nodes would add it to their tables", async () => {
    const { found, isAnnounced, service } = await search({ readOnly: true });
    await net.world.run(DEFERRED_ANNOUNCE_MS / 2);
    expect(found.length).toBe(2);
    expect(await isAnnounced()).toBe(false);
    await net.world.run(DEFERRED_ANNOUNCE_MS);
    expect(await isAnnounced()).toBe(true);
    await service.close();
  });
});
