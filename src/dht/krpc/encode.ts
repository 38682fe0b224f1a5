import { latin1, packEndpoint, unreachable, type Endpoint } from "../../base/index.ts";
import { encode, Raw, type BInput } from "../../bencode/index.ts";
import { idToBytes, type NodeId } from "../node-id.ts";
import type { Item, Query } from "./message.ts";

/** `MR` and the version, as BEP 5 and BEP 20 have it. */
export const CLIENT_VERSION = new Uint8Array([0x4d, 0x52, 0x00, 0x01]);

/** A reply's fields, ready to be encoded: node lists and ids as text of one character for each byte. */
export interface ReplyFields {
  readonly nodes?: string | undefined;
  readonly nodes6?: string | undefined;
  readonly token?: Uint8Array | undefined;
  readonly values?: readonly Uint8Array[] | undefined;
  readonly seedFilter?: Uint8Array | undefined;
  readonly peerFilter?: Uint8Array | undefined;
  readonly item?: Item | undefined;
  /** The sequence number alone, when the asking node has that value already. */
  readonly seq?: number | bigint | undefined;
  readonly samples?: string | undefined;
  readonly sampleCount?: number | undefined;
  readonly sampleIntervalS?: number | undefined;
}

/** A query, encoded. */
export function encodeQuery(transaction: Uint8Array, id: NodeId, query: Query, isReadOnly: boolean): Uint8Array {
  return encode({
    a: { id: idToBytes(id), ...argumentsOf(query) },
    q: query.method,
    ...(isReadOnly ? { ro: 1 } : {}),
    t: transaction,
    v: CLIENT_VERSION,
    y: "q",
  });
}

function argumentsOf(query: Query): Record<string, BInput | undefined> {
  switch (query.method) {
    case "ping":
      return {};
    case "find_node":
    case "sample_infohashes":
      return { target: idToBytes(query.target), want: query.want };
    case "get":
      return { target: idToBytes(query.target), want: query.want, seq: query.seq };
    case "get_peers":
      return {
        info_hash: idToBytes(query.target),
        want: query.want,
        noseed: query.noSeed === true ? 1 : undefined,
        scrape: query.scrape === true ? 1 : undefined,
      };
    case "announce_peer":
      return {
        info_hash: idToBytes(query.target),
        port: query.port,
        implied_port: query.impliedPort ? 1 : 0,
        seed: query.isSeed === true ? 1 : undefined,
        token: query.token,
      };
    case "put":
      return { ...itemFields(query.item, true), token: query.token, cas: query.cas };
    default:
      return unreachable(query);
  }
}

function itemFields(item: Item, withSalt: boolean): Record<string, BInput | undefined> {
  const v = new Raw(item.value);
  if (item.kind === "immutable") return { v };
  const { key, salt, seq, signature } = item;
  return { v, k: key, seq, sig: signature, salt: withSalt && salt.length > 0 ? salt : undefined };
}

/** A reply, encoded. `to`: the node that asked, whose address is sent back to it (BEP 42). */
export function encodeReply(transaction: Uint8Array, id: NodeId, to: Endpoint, fields: ReplyFields): Uint8Array {
  const { nodes, nodes6, token, values, seedFilter, peerFilter, item, seq, samples } = fields;
  return encode({
    ip: packEndpoint(to),
    r: {
      id: idToBytes(id),
      nodes: nodes === undefined ? undefined : latin1(nodes),
      nodes6: nodes6 === undefined ? undefined : latin1(nodes6),
      token,
      values,
      BFsd: seedFilter,
      BFpe: peerFilter,
      seq,
      ...(item === undefined ? {} : itemFields(item, false)),
      samples: samples === undefined ? undefined : latin1(samples),
      num: fields.sampleCount,
      interval: fields.sampleIntervalS,
    },
    t: transaction,
    v: CLIENT_VERSION,
    y: "r",
  });
}

/** An error, encoded. */
export function encodeError(transaction: Uint8Array, code: number, text: string): Uint8Array {
  return encode({ e: [code, text.slice(0, 100)], t: transaction, v: CLIENT_VERSION, y: "e" });
}
