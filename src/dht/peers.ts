import { formatEndpoint, type Endpoint } from "../base/index.ts";
import type { NodeInfo, Query, Reply } from "./krpc/message.ts";
import type { Closest } from "./lookup.ts";
import type { DhtNode } from "./node.ts";
import { isFailure } from "./node/queries.ts";
import type { NodeId } from "./node-id.ts";
import { BLOOM_LENGTH, bloomCount, bloomUnite } from "./store/bloom.ts";

/** The fields of this client's announce. */
export interface AnnounceOptions {
  /** The port at which peers can connect to this client. */
  readonly port: number;
  /**
   * Whether nodes store the source port of the announce's datagram instead of `port`. Set it when uTP uses the same
   * socket, so that a NAT maps the port for both. Default false.
   */
  readonly impliedPort?: boolean | undefined;
  /** Whether this client is a seed (BEP 33). */
  readonly isSeed?: boolean | undefined;
}

/** Options of {@link findPeers}. */
export interface FindPeersOptions {
  /** Called with peers as they are found, each peer once. */
  readonly onPeers?: ((peers: readonly Endpoint[]) => void) | undefined;
  readonly announce?: AnnounceOptions | undefined;
  /** Whether to announce only when no peers were found. Default false. */
  readonly announceIfAlone?: boolean | undefined;
  /** Whether to request bloom filters, to estimate the number of peers (BEP 33). */
  readonly scrape?: boolean | undefined;
  readonly noSeed?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The result of {@link findPeers}. */
export interface PeersFound {
  readonly peers: readonly Endpoint[];
  /** The number of nodes that accepted this client's announce, over all families. */
  readonly announced: number;
  /** The estimated number of seeds; `undefined` without `scrape`, or when no node supports it. */
  readonly seeds: number | undefined;
  /** The estimated number of peers that are not seeds; `undefined` in the same cases as {@link PeersFound.seeds}. */
  readonly leechers: number | undefined;
  /** The number of queries sent, over all families. */
  readonly queries: number;
  /**
   * The number of replies in the shortest chain, over all families, from a known node to the first reply with peers;
   * `undefined` without peers.
   */
  readonly roundsToPeers: number | undefined;
  /** The number of replies in the longest of the chains from known nodes to the closest nodes. */
  readonly rounds: number;
  readonly durationMs: number;
}

/** The maximum number of peers that one lookup collects. */
const MAX_PEERS = 2_000;

/**
 * Finds the peers of a torrent with the nodes of all families at once, and announces this client at the closest nodes
 * of each family.
 */
export async function findPeers(
  nodes: readonly DhtNode[],
  target: NodeId,
  options: FindPeersOptions,
): Promise<PeersFound> {
  const { onPeers, announce, announceIfAlone = false, scrape, noSeed, signal } = options;
  const peers = new Map<string, Endpoint>();
  const filters = new Filters();
  const onReply = (_: NodeInfo, reply: Reply): void => {
    filters.add(reply);
    const fresh = (reply.peers ?? []).filter((peer) => peer.port > 0 && !peers.has(formatEndpoint(peer)));
    for (const peer of fresh) if (peers.size < MAX_PEERS) peers.set(formatEndpoint(peer), peer);
    if (fresh.length > 0) onPeers?.(fresh);
  };
  const query: Query = { method: "get_peers", target, scrape, noSeed };
  const results = await Promise.all(
    nodes.map(async (node) => {
      const result = await node.lookup(target, query, { onReply, signal });
      const isWanted = !(announceIfAlone && peers.size > 0) && signal?.aborted !== true;
      const announced =
        isWanted && announce !== undefined ? await announceAt(node, target, result.closest, announce) : 0;
      return { ...result, announced };
    }),
  );
  return {
    peers: [...peers.values()],
    announced: results.reduce((sum, { announced }) => sum + announced, 0),
    ...filters.counts(),
    queries: results.reduce((sum, result) => sum + result.queries, 0),
    roundsToPeers: results.map((result) => result.roundsToPeers).sort((a = Infinity, b = Infinity) => a - b)[0],
    rounds: results.reduce((most, result) => Math.max(most, result.rounds), 0),
    durationMs: results.reduce((most, result) => Math.max(most, result.durationMs), 0),
  };
}

async function announceAt(
  node: DhtNode,
  target: NodeId,
  closest: readonly Closest[],
  { port, impliedPort = false, isSeed }: AnnounceOptions,
): Promise<number> {
  const replies = await Promise.all(
    closest.map(async ({ id, endpoint, token }) => {
      if (token === undefined) return false;
      const query: Query = { method: "announce_peer", target, port, impliedPort, isSeed, token };
      return !isFailure(await node.query({ id, endpoint }, query));
    }),
  );
  return replies.filter((isStored) => isStored).length;
}

/** The union of bloom filters (BEP 33). */
class Filters {
  #seeds: Uint8Array | undefined;
  #peers: Uint8Array | undefined;

  add({ seedFilter, peerFilter }: Reply): void {
    if (seedFilter !== undefined) bloomUnite((this.#seeds ??= new Uint8Array(BLOOM_LENGTH)), seedFilter);
    if (peerFilter !== undefined) bloomUnite((this.#peers ??= new Uint8Array(BLOOM_LENGTH)), peerFilter);
  }

  counts(): { readonly seeds: number | undefined; readonly leechers: number | undefined } {
    const count = (filter: Uint8Array | undefined): number | undefined =>
      filter === undefined ? undefined : Math.round(bloomCount(filter));
    return { seeds: count(this.#seeds), leechers: count(this.#peers) };
  }
}
