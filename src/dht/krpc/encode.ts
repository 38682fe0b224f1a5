import { latin1Decode, pooledLatin1, unreachable, utf8, type Endpoint } from "../../base/index.ts";
import type { NodeId } from "../node-id.ts";
import { packEndpointText } from "./compact.ts";
import type { Item, Query, Want } from "./message.ts";

// Messages are put together as text of one character for each byte (U+0000 to U+00FF) and made bytes once: a node sends
// tens of thousands a second, and this takes a third of the time of an encoder of values. Keys stand in their order.

/** The key `v` with its value, which identifies the client: `MR` and the version (BEP 5, BEP 20). */
const VERSION = "1:v4:MR\u0000\u0001";

/** The fields of a reply. Node lists, ids and tokens are strings with one character for each byte. */
export interface ReplyFields {
  readonly nodes?: string | undefined;
  readonly nodes6?: string | undefined;
  readonly token?: string | undefined;
  /** The peers, as compact endpoints of 6 or 18 bytes each. */
  readonly values?: readonly string[] | undefined;
  readonly seedFilter?: Uint8Array | undefined;
  readonly peerFilter?: Uint8Array | undefined;
  readonly item?: Item | undefined;
  /** The sequence number. It is sent without the value when the querying node already has this version. */
  readonly seq?: number | bigint | undefined;
  readonly samples?: string | undefined;
  readonly sampleCount?: number | undefined;
  readonly sampleIntervalS?: number | undefined;
}

/** Encodes a query. */
export function encodeQuery(transaction: Uint8Array, id: NodeId, query: Query, isReadOnly: boolean): Uint8Array {
  const readOnly = isReadOnly ? "2:roi1e" : "";
  const args = argumentsOf(id, query);
  return pooledLatin1(`d1:ad${args}e1:q${string(query.method)}${readOnly}1:t${bytes(transaction)}${VERSION}1:y1:qe`);
}

/** Encodes a reply. `to` is the address of the querying node, which is sent back to it (BEP 42). */
export function encodeReply(transaction: Uint8Array, id: NodeId, to: Endpoint, fields: ReplyFields): Uint8Array {
  const { nodes, nodes6, token, values, seedFilter, peerFilter, item, seq, samples } = fields;
  const signed = item?.kind === "mutable" ? item : undefined;
  const number = signed?.seq ?? seq;
  const reply =
    (peerFilter === undefined ? "" : `4:BFpe${bytes(peerFilter)}`) +
    (seedFilter === undefined ? "" : `4:BFsd${bytes(seedFilter)}`) +
    `2:id20:${id}` +
    (fields.sampleIntervalS === undefined ? "" : `8:intervali${fields.sampleIntervalS}e`) +
    (signed === undefined ? "" : `1:k${bytes(signed.key)}`) +
    (nodes === undefined ? "" : `5:nodes${string(nodes)}`) +
    (nodes6 === undefined ? "" : `6:nodes6${string(nodes6)}`) +
    (fields.sampleCount === undefined ? "" : `3:numi${fields.sampleCount}e`) +
    (samples === undefined ? "" : `7:samples${string(samples)}`) +
    (number === undefined ? "" : `3:seqi${number}e`) +
    (signed === undefined ? "" : `3:sig${bytes(signed.signature)}`) +
    (token === undefined ? "" : `5:token${string(token)}`) +
    (item === undefined ? "" : `1:v${latin1Decode(item.value)}`) +
    (values === undefined ? "" : `6:valuesl${endpoints(values)}e`);
  return pooledLatin1(`d2:ip${string(packEndpointText(to))}1:rd${reply}e${tail(transaction)}1:y1:re`);
}

/** Encodes an error. */
export function encodeError(transaction: Uint8Array, code: number, text: string): Uint8Array {
  return pooledLatin1(`d1:eli${code}e${bytes(utf8(text.slice(0, 100)))}e${tail(transaction)}1:y1:ee`);
}

function argumentsOf(id: NodeId, query: Query): string {
  const own = `2:id20:${id}`;
  switch (query.method) {
    case "ping":
      return own;
    case "find_node":
    case "sample_infohashes":
      return `${own}6:target20:${query.target}${want(query.want)}`;
    case "get":
      return `${own}${query.seq === undefined ? "" : `3:seqi${query.seq}e`}6:target20:${query.target}${want(query.want)}`;
    case "get_peers": {
      const [noSeed, scrape] = [flag("6:noseed", query.noSeed), flag("6:scrape", query.scrape)];
      return `${own}9:info_hash20:${query.target}${noSeed}${scrape}${want(query.want)}`;
    }
    case "announce_peer": {
      const { impliedPort, target, port, isSeed, token } = query;
      const implied = `12:implied_porti${impliedPort ? 1 : 0}e`;
      return `${own}${implied}9:info_hash20:${target}4:porti${port}e${flag("4:seed", isSeed)}5:token${bytes(token)}`;
    }
    case "put":
      return putArguments(own, query);
    default:
      return unreachable(query);
  }
}

function putArguments(own: string, { item, token, cas }: Query & { method: "put" }): string {
  const value = `5:token${bytes(token)}1:v${latin1Decode(item.value)}`;
  if (item.kind === "immutable") return `${own}${value}`;
  const { key, salt, seq, signature } = item;
  const swap = cas === undefined ? "" : `3:casi${cas}e`;
  const salted = salt.length === 0 ? "" : `4:salt${bytes(salt)}`;
  return `${swap}${own}1:k${bytes(key)}${salted}3:seqi${seq}e3:sig${bytes(signature)}${value}`;
}

function endpoints(values: readonly string[]): string {
  let text = "";
  // Without a template for each: a reply has up to a hundred.
  for (const value of values) text += (value.length === 6 ? "6:" : "18:") + value;
  return text;
}

function tail(transaction: Uint8Array): string {
  return `1:t${bytes(transaction)}${VERSION}`;
}

function want(names: Want | undefined): string {
  return names === undefined ? "" : `4:wantl${names.map(string).join("")}e`;
}

function flag(key: string, isSet: boolean | undefined): string {
  return isSet === true ? `${key}i1e` : "";
}

function string(text: string): string {
  return `${text.length}:${text}`;
}

function bytes(value: Uint8Array): string {
  return string(latin1Decode(value));
}
