import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { latin1, type Endpoint } from "../base/index.ts";
import { nodeRuntime } from "../runtime/node/index.ts";
import { simWorld } from "../sim/index.ts";
import { decodeKrpc } from "./krpc/decode.ts";
import { encodeQuery, encodeReply } from "./krpc/encode.ts";
import type { Query } from "./krpc/message.ts";
import { MAX_OUTSTANDING, MAX_STORED_PEERS_IN_ALL, MAX_STORED_TORRENTS } from "./limits.ts";
import { DhtNode } from "./node.ts";
import { randomId } from "./node-id.ts";
import type { NodeOptions } from "./node/options.ts";
import { ItemStore } from "./store/item-store.ts";
import { PeerStore } from "./store/peer-store.ts";

const ADDRESSES = 10_000;
const { random, hasher, signatures } = nodeRuntime();
const transaction = Uint8Array.of(1, 2, 3, 4);

/** A node whose clock stands still, and what it sends. */
function flooded(rates: NodeOptions["rates"]) {
  const world = simWorld({ digest: (algorithm, bytes) => createHash(algorithm).update(bytes).digest() });
  const peers = new PeerStore(random);
  const items = new ItemStore(hasher, signatures);
  const sent: { readonly to: Endpoint; readonly bytes: Uint8Array }[] = [];
  const node: DhtNode = new DhtNode({
    family: 4,
    clock: world.host("20.0.0.1").runtime.clock,
    random,
    hasher,
    peers,
    items,
    send: (to, bytes) => sent.push({ to, bytes }),
    tables: () => node.table,
    bootstrap: () => Promise.resolve([]),
    readOnly: false,
    rates,
  });
  const receive = (number: number, bytes: Uint8Array): void => {
    node.receive(bytes, { ip: `30.${(number >> 8) & 0xff}.${number & 0xff}.7`, port: 6881 });
  };
  const ask = (number: number, query: Query): void =>
    receive(number, encodeQuery(transaction, randomId(random), query, false));
  return { node, peers, items, sent, receive, ask };
}

describe("A DHT node beside a flood from 10,000 addresses", () => {
  it("stores nothing for forged tokens, and adds no node that has not replied", () => {
    const { node, peers, items, receive, ask } = flooded({ inAll: 1e9 });
    const token = latin1("forged00");
    const kinds: readonly ((number: number, target: string) => void)[] = [
      (number, target) => ask(number, { method: "find_node", target }),
      (number, target) => ask(number, { method: "get_peers", target }),
      (number, target) => ask(number, { method: "announce_peer", target, port: 1, impliedPort: false, token }),
      (number) => ask(number, { method: "put", token, item: { kind: "immutable", value: latin1(`i${number}e`) } }),
      (number, target) => receive(number, encodeReply(transaction, target, { ip: "20.0.0.1", port: 1 }, {})),
      (number, target) => receive(number, latin1(`d1:ad2:id20:${target}`)),
    ];
    for (let number = 0; number < ADDRESSES; number++) kinds[number % kinds.length]?.(number, randomId(random));
    expect(node.counts.queries + node.counts.malformed).toBeGreaterThan(0.8 * ADDRESSES);
    expect([node.table.size, peers.peers, items.size]).toEqual([0, 0, 0]);
    expect(node.outstanding).toBeLessThanOrEqual(MAX_OUTSTANDING);
    node.close();
  });

  it("stores no more than its bounds for tokens that it has issued", () => {
    const { node, peers, sent, ask } = flooded({ perAddress: 1e9, burst: 1e9, inAll: 1e9 });
    for (let number = 0; number < MAX_STORED_TORRENTS / 2; number++) {
      sent.length = 0;
      ask(number, { method: "get_peers", target: randomId(random) });
      const token = sent
        .map(({ bytes }) => decodeKrpc(bytes))
        .flatMap((message) => (message?.kind === "reply" ? [message.reply.token] : []))[0];
      if (token === undefined) throw new Error("no token");
      for (let port = 1; port <= 3; port++)
        ask(number, { method: "announce_peer", target: randomId(random), port, impliedPort: false, token });
    }
    expect(peers.torrents).toBe(MAX_STORED_TORRENTS);
    expect(peers.peers).toBeLessThanOrEqual(MAX_STORED_PEERS_IN_ALL);
    node.close();
  });

  it("replies to as many queries as the rate allows, and goes on to read replies", () => {
    const { node, sent, ask } = flooded({ inAll: 100 });
    for (let number = 0; number < ADDRESSES; number++) ask(number, { method: "ping" });
    const replies = sent.filter(({ bytes }) => decodeKrpc(bytes)?.kind === "reply");
    expect(replies).toHaveLength(100);
    expect(node.counts).toMatchObject({ queries: ADDRESSES, limited: ADDRESSES - 100 });
    sent.length = 0;
    void node.query({ id: undefined, endpoint: { ip: "40.0.0.1", port: 6881 } }, { method: "ping" });
    const ping = sent.map(({ bytes }) => decodeKrpc(bytes))[0];
    if (ping?.kind !== "query") throw new Error("no ping");
    const reply = encodeReply(ping.transaction, randomId(random), { ip: "20.0.0.1", port: 1 }, {});
    node.receive(reply, { ip: "40.0.0.1", port: 6881 });
    expect([node.counts.replies, node.table.size]).toEqual([1, 1]);
    node.close();
  });
});
