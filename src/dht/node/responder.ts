import { ipFamily, unreachable, type Endpoint, type IpFamily } from "../../base/index.ts";
import type { SyncHasher } from "../../base/index.ts";
import type { ReplyFields } from "../krpc/encode.ts";
import { ErrorCode, type Query, type Want } from "../krpc/message.ts";
import { K, MAX_AMPLIFICATION, MAX_DATAGRAM, MAX_VALUES, SAMPLE_INTERVAL_S } from "../limits.ts";
import type { NodeId } from "../node-id.ts";
import type { ItemStore } from "../store/item-store.ts";
import type { Filters, PeerStore } from "../store/peer-store.ts";
import type { Tokens } from "../store/tokens.ts";
import type { RoutingTable } from "../table/routing-table.ts";

/** An error that is sent in place of a reply. */
export interface QueryError {
  readonly code: number;
  readonly text: string;
}

/** Options of {@link Responder}: the stores and tables from which a node replies to queries. */
export interface ResponderOptions {
  readonly family: IpFamily;
  readonly hasher: SyncHasher;
  readonly tokens: Tokens;
  readonly peers: PeerStore;
  readonly items: ItemStore;
  /** Returns the routing table of an IP family (BEP 32); `undefined` when the family is not in use. */
  readonly tables: (family: IpFamily) => RoutingTable | undefined;
}

/** The maximum number of bytes of a reply in addition to its fields: ids, keys, token. */
const OVERHEAD = 120;

/**
 * Replies to queries. A reply has at most eight times the bytes of the query, because the sender's address may be
 * forged.
 */
export class Responder {
  readonly #options: ResponderOptions;

  constructor(options: ResponderOptions) {
    this.#options = options;
  }

  /** Returns the fields of a reply, or an error. `room` is the maximum number of bytes of all fields together. */
  reply(query: Query, from: Endpoint, now: number, room: number): ReplyFields | QueryError {
    switch (query.method) {
      case "ping":
        return fields({});
      case "find_node":
        return fields(this.#nodes(query.target, query.want));
      case "get_peers":
        return this.#getPeers(query, from, now, room);
      case "announce_peer":
        return this.#announce(query, from, now);
      case "get":
        return this.#get(query, from, now, room);
      case "put":
        return this.#put(query, from, now);
      case "sample_infohashes":
        return {
          ...this.#nodes(query.target, query.want),
          samples: this.#options.peers.samples(now),
          sampleCount: this.#options.peers.torrents,
          sampleIntervalS: SAMPLE_INTERVAL_S,
        };
      default:
        return unreachable(query);
    }
  }

  #nodes(target: NodeId, want: Want | undefined): Pick<ReplyFields, "nodes" | "nodes6"> {
    const { family, tables } = this.#options;
    const isSilent = want === undefined || want.length === 0;
    const wants4 = isSilent ? family === 4 : want.includes("n4");
    const wants6 = isSilent ? family === 6 : want.includes("n6");
    return {
      nodes: wants4 ? tables(4)?.compactClosest(target, K) : undefined,
      nodes6: wants6 ? tables(6)?.compactClosest(target, K) : undefined,
    };
  }

  #getPeers(query: Query & { method: "get_peers" }, from: Endpoint, now: number, room: number): ReplyFields {
    const { peers, tokens, hasher } = this.#options;
    const { target, want, noSeed = false, scrape = false } = query;
    const { nodes, nodes6 } = this.#nodes(target, want);
    let left = room - (nodes?.length ?? 0) - (nodes6?.length ?? 0);
    const filters = scrape ? peers.filters(target, hasher, now) : undefined;
    if (filters !== undefined) left -= filters.seeds.length + filters.peers.length + 20;
    const length = ipFamily(from.ip) === 4 ? 6 : 18;
    // Each endpoint takes its length and two or three bytes of bencode.
    const count = Math.max(0, Math.min(MAX_VALUES, Math.floor(left / (length + 3))));
    const values = peers.peersOf(target, length, count, noSeed, now);
    return fields({
      nodes,
      nodes6,
      token: peers.hasRoom(target) ? tokens.issue(from, now) : undefined,
      values: values.length === 0 ? undefined : values,
      filters,
    });
  }

  #announce(query: Query & { method: "announce_peer" }, from: Endpoint, now: number): ReplyFields | QueryError {
    const { peers, tokens } = this.#options;
    if (!tokens.isValid(query.token, from, now)) return { code: ErrorCode.protocol, text: "Bad token" };
    const port = query.impliedPort ? from.port : query.port;
    peers.add(query.target, { ip: from.ip, port }, query.isSeed === true, now);
    return fields({});
  }

  #get(query: Query & { method: "get" }, from: Endpoint, now: number, room: number): ReplyFields {
    const { items, tokens } = this.#options;
    const item = items.get(query.target, now);
    const fields = { ...this.#nodes(query.target, query.want), token: tokens.issue(from, now) };
    if (item === undefined) return fields;
    if (item.kind === "mutable" && query.seq !== undefined && item.seq <= query.seq)
      return { ...fields, seq: item.seq };
    const isTooLarge = item.value.length + 200 + (fields.nodes?.length ?? 0) + (fields.nodes6?.length ?? 0) > room;
    // Without the nodes it may fit: the value is what was asked for.
    return isTooLarge ? { token: fields.token, item } : { ...fields, item };
  }

  #put(query: Query & { method: "put" }, from: Endpoint, now: number): ReplyFields | QueryError {
    const { items, tokens } = this.#options;
    if (!tokens.isValid(query.token, from, now)) return { code: ErrorCode.protocol, text: "Bad token" };
    return items.put(query.item, query.cas, now) ?? {};
  }
}

/** Returns the maximum number of bytes of the fields in a reply to a query of `length` bytes. */
export function replyRoom(length: number): number {
  return Math.min(MAX_DATAGRAM, length * MAX_AMPLIFICATION) - OVERHEAD;
}

/**
 * Returns the fields of the frequent replies. All of them have the same keys in the same order, and no object is
 * spread: otherwise the engine looks up each absent key in the slow way, and the encoder takes several times as long.
 */
function fields({
  nodes,
  nodes6,
  token,
  values,
  filters,
}: Pick<ReplyFields, "nodes" | "nodes6" | "token" | "values"> & {
  readonly filters?: Filters | undefined;
}): ReplyFields {
  return {
    nodes,
    nodes6,
    token,
    values,
    seedFilter: filters?.seeds,
    peerFilter: filters?.peers,
    item: undefined,
    seq: undefined,
    samples: undefined,
    sampleCount: undefined,
    sampleIntervalS: undefined,
  };
}
