import { afterEach, describe, expect, it } from "vitest";
import { DhtNet, type SimNode } from "../../test/support/dht-net.ts";
import { InfoHash } from "../base/index.ts";
import type { PeersFound } from "./index.ts";
import { QUERY_TIMEOUT_MS } from "./limits.ts";

const infoHash = InfoHash.fromBytes(new Uint8Array(20).fill(0x5a));
let net: DhtNet;
afterEach(() => net.close());

/** Six nodes that all know each other. */
async function small(): Promise<SimNode> {
  net = new DhtNet();
  await net.grow(6);
  await net.world.run(60_000);
  expect(nodes(net.at(5))).toBe(5);
  return net.at(5);
}

const nodes = ({ dht }: SimNode): number => dht.stats.families[0]?.nodes ?? 0;
const lookup = ({ dht }: SimNode): Promise<PeersFound> => net.world.settled(dht.findPeers(infoHash), 60_000);

describe("nodes that left without a word", () => {
  it("delay a lookup by a second, not until their queries time out", async () => {
    const node = await small();
    net.at(1).host.isUnplugged = true;
    const { durationMs } = await lookup(node);
    expect(durationMs).toBeGreaterThanOrEqual(1_000);
    expect(durationMs).toBeLessThan(1_500);
  });

  it("leave the table after two queries, without a node to replace them", async () => {
    const node = await small();
    net.at(1).host.isUnplugged = true;
    const others = net.nodes.filter((_, at) => at !== 1);
    for (const left of [5, 4]) {
      await Promise.all(others.map(({ dht }) => net.world.settled(dht.findPeers(infoHash), 60_000)));
      await net.world.run(QUERY_TIMEOUT_MS);
      expect(others.map(nodes)).toEqual([left, left, left, left, left]);
    }
    expect((await lookup(node)).durationMs).toBeLessThan(500);
  });

  it("stay while the network seems down, and are found again when it is back", async () => {
    const node = await small();
    node.host.isUnplugged = true;
    for (let at = 0; at < 3; at++) {
      // Without any reply, a lookup waits as long as a reply could take.
      expect((await lookup(node)).durationMs).toBeGreaterThanOrEqual(QUERY_TIMEOUT_MS);
      expect(nodes(node)).toBe(5);
    }
    node.host.isUnplugged = false;
    expect((await lookup(node)).durationMs).toBeLessThan(500);
  });

  it("all leave in the end, and the node begins anew with its first nodes", async () => {
    const node = await small();
    node.host.isUnplugged = true;
    for (let at = 0; at < 5; at++) await lookup(node);
    expect(nodes(node)).toBe(0);
    node.host.isUnplugged = false;
    expect(await net.world.settled(node.dht.ready(180_000), 180_000)).toBe(true);
    await net.world.run(10_000);
    expect(nodes(node)).toBe(5);
  });
});
