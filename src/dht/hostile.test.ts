import { createHash } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { DhtNet } from "../../test/support/dht-net.ts";
import { InfoHash, type Endpoint } from "../base/index.ts";
import type { SimHost } from "../sim/index.ts";
import { decodeKrpc, encodeQuery, encodeReply } from "./index.ts";
import { packNode } from "./krpc/compact.ts";
import type { NodeInfo } from "./krpc/message.ts";
import { idFromBytes, idToBytes, randomId, type NodeId } from "./node-id.ts";

const HONEST = 120;
const TORRENTS = 12;

let net: DhtNet;
afterEach(() => net.close());

const hashes = Array.from({ length: TORRENTS }, (_, n) =>
  InfoHash.fromBytes(new Uint8Array(createHash("sha1").update(`torrent ${n}`).digest())),
);

/** An id that shares 152 bits with a target: closer to it than any honest node. */
function besides(target: NodeId, n: number): NodeId {
  const bytes = idToBytes(target).slice();
  bytes[19] = n & 0xff;
  return idFromBytes(bytes);
}

/**
 * Nodes that reply to every query with each other, under ids right beside what is looked for, and hide the peers. They
 * introduce themselves to the honest nodes.
 */
async function attack(endpoints: readonly Endpoint[], idOf: (n: number) => NodeId): Promise<void> {
  const infos: NodeInfo[] = endpoints.map((endpoint, n) => ({ id: idOf(n), endpoint }));
  const hosts = new Map<string, SimHost>();
  for (const [n, { id, endpoint }] of infos.entries()) {
    const host = hosts.get(endpoint.ip) ?? net.world.host(endpoint.ip);
    hosts.set(endpoint.ip, host);
    const { runtime } = host;
    const socket = await runtime.datagrams.bind({
      ...endpoint,
      onDatagram: (bytes, from) => {
        const message = decodeKrpc(bytes);
        if (message?.kind !== "query") return;
        const { query, transaction } = message;
        const isTarget = "target" in query && query.target !== undefined;
        const own = isTarget ? besides(query.target, n) : id;
        const nodes = infos
          .slice((n * 8) % infos.length)
          .concat(infos)
          .slice(0, 8)
          .map((info, k) => packNode({ ...info, id: isTarget ? besides(query.target, n + k) : info.id }));
        socket.send(encodeReply(transaction, own, from, { nodes: nodes.join(""), token: "token" }), from);
      },
    });
    for (const target of net.nodes)
      socket.send(
        encodeQuery(runtime.random.bytes(4), id, { method: "find_node", target: randomId(runtime.random) }, false),
        target.endpoint,
      );
    await net.world.run(50);
  }
  await net.world.run(60_000);
}

/** How many of the torrents' peers are found, announced and looked for during the attack. */
async function found(): Promise<number> {
  let count = 0;
  for (const [n, infoHash] of hashes.entries()) {
    const [seeder, leecher] = [net.at((n * 7) % HONEST), net.at((n * 11 + 50) % HONEST)];
    await net.world.settled(seeder.dht.findPeers(infoHash, { announce: { port: 7_000 } }), 60_000);
    const { peers } = await net.world.settled(leecher.dht.findPeers(infoHash), 60_000);
    if (peers.some(({ ip }) => ip === seeder.host.ip)) count++;
  }
  return count;
}

describe("lookups among hostile nodes", () => {
  it("find peers although 500 nodes of one network pose as the closest", { timeout: 120_000 }, async () => {
    net = new DhtNet();
    await net.grow(HONEST);
    const endpoints = Array.from({ length: 500 }, (_, n) => ({ ip: `90.1.1.${(n >> 1) + 1}`, port: 6_881 + (n & 1) }));
    await attack(endpoints, (n) => besides(idFromBytes(hashes[n % TORRENTS]?.wire ?? new Uint8Array(20)), n));
    expect(await found()).toBe(TORRENTS);
  });

  it("find peers although 200 nodes in networks of their own pose as the closest", { timeout: 120_000 }, async () => {
    net = new DhtNet();
    await net.grow(HONEST);
    const endpoints = Array.from({ length: 200 }, (_, n) => ({ ip: `90.${n + 1}.1.1`, port: 6_881 }));
    await attack(endpoints, (n) => besides(idFromBytes(hashes[n % TORRENTS]?.wire ?? new Uint8Array(20)), n));
    expect(await found()).toBe(TORRENTS);
  });
});
