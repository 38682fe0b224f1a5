import { copyBytes, InputError, toError, utf8Decode, type Endpoint } from "../../base/index.ts";
import {
  asBytes,
  asDict,
  asInt,
  asList,
  decodePrefix,
  optionalBytes,
  rawSlice,
  requireBytes,
  requireInt,
  type BDict,
  type BValue,
} from "../../bencode/index.ts";
import { MAX_TOKEN_LENGTH, MAX_VALUES, MAX_READ_DATAGRAM } from "../limits.ts";
import { ID_LENGTH, idFromBytes, type NodeId } from "../node-id.ts";
import { compactEndpoint, unpackNodes } from "./compact.ts";
import { ErrorCode, type Item, type KrpcMessage, type Query, type Reply, type Want } from "./message.ts";

/** The maximum number of nodes of one family that are read from a reply. */
const MAX_NODES = 32;
/** The maximum length in bytes of a query's transaction id, which the reply repeats. */
const MAX_TRANSACTION = 32;
const LIMITS = { maxDepth: 12, maxTokens: 1_000, maxLength: MAX_READ_DATAGRAM };

/** Reads a KRPC message; returns `undefined` for bytes that are not one. Never throws. */
export function decodeKrpc(bytes: Uint8Array): KrpcMessage | undefined {
  let dict: BDict | undefined;
  try {
    dict = asDict(decodePrefix(bytes, LIMITS).value);
  } catch {
    return undefined;
  }
  const t = asBytes(dict?.get("t"));
  const y = asBytes(dict?.get("y"));
  if (dict === undefined || t === undefined || t.length > MAX_TRANSACTION || y?.length !== 1) return undefined;
  const transaction = copyBytes(t);
  switch (y[0]) {
    case 0x71:
      return readQuery(dict, transaction, bytes);
    case 0x72:
      return readReply(dict, transaction, bytes);
    case 0x65:
      return readError(dict, transaction);
    default:
      return undefined;
  }
}

/** The end of a query: `y` is the last key of a message whose keys are in order. */
const QUERY_END = Uint8Array.from("1:y1:qe", (letter) => letter.charCodeAt(0));

/** Whether a message ends as queries do, which is true for all queries whose keys are in order. Reads 7 bytes. */
export function looksLikeQuery(bytes: Uint8Array): boolean {
  const begin = bytes.length - QUERY_END.length;
  for (let at = QUERY_END.length - 1; at >= 0; at--) if (bytes[begin + at] !== QUERY_END[at]) return false;
  return true;
}

function readQuery(dict: BDict, transaction: Uint8Array, bytes: Uint8Array): KrpcMessage {
  const bad = (code: number, text: string): KrpcMessage => ({ kind: "bad-query", transaction, code, text });
  const method = utf8Decode(asBytes(dict.get("q")) ?? new Uint8Array());
  const args = asDict(dict.get("a"));
  if (args === undefined) return bad(ErrorCode.protocol, "no arguments");
  try {
    const id = requireId(args, "id");
    const query = readArguments(method, args, bytes);
    if (query === undefined) return bad(ErrorCode.unknownMethod, "Method Unknown");
    return { kind: "query", transaction, id, query, isReadOnly: asInt(dict.get("ro")) === 1 };
  } catch (error) {
    return bad(ErrorCode.protocol, toError(error).message);
  }
}

/**
 * Reads the arguments of a query; returns `undefined` for an unknown method. Throws InputError for malformed arguments.
 */
function readArguments(method: string, args: BDict, bytes: Uint8Array): Query | undefined {
  switch (method) {
    case "ping":
      return { method };
    case "find_node":
    case "sample_infohashes":
      return { method, target: requireId(args, "target"), want: readWant(args) };
    case "get":
      return { method, target: requireId(args, "target"), want: readWant(args), seq: readSequence(args.get("seq")) };
    case "get_peers":
      return {
        method,
        target: requireId(args, "info_hash"),
        want: readWant(args),
        noSeed: asInt(args.get("noseed")) === 1,
        scrape: asInt(args.get("scrape")) === 1,
      };
    case "announce_peer": {
      const impliedPort = (asInt(args.get("implied_port")) ?? 0) !== 0;
      const port = requireInt(args, "port", { min: impliedPort ? 0 : 1, max: 65_535 });
      const isSeed = asInt(args.get("seed")) === 1;
      return { method, target: requireId(args, "info_hash"), port, impliedPort, token: readToken(args), isSeed };
    }
    case "put":
      return { method, token: readToken(args), item: readItem(args, bytes), cas: readSequence(args.get("cas")) };
    default:
      return readUnknown(args);
  }
}

/**
 * Reads a query with an unknown method. When the query has a target, the node replies with the closest nodes, so that
 * protocol extensions can do lookups with the method.
 */
function readUnknown(args: BDict): Query | undefined {
  const target = asBytes(args.get("target")) ?? asBytes(args.get("info_hash"));
  if (target?.length !== ID_LENGTH) return undefined;
  return { method: "find_node", target: idFromBytes(target), want: readWant(args) };
}

function readItem(args: BDict, bytes: Uint8Array): Item {
  const value = copyBytes(rawSlice(bytes, ["a", "v"], { strict: true }) ?? requireBytes(args, "v"));
  const key = optionalBytes(args, "k");
  if (key === undefined) return { kind: "immutable", value };
  const seq = readSequence(args.get("seq"));
  return {
    kind: "mutable",
    value,
    key: copyBytes(key),
    salt: copyBytes(optionalBytes(args, "salt") ?? new Uint8Array()),
    seq: seq ?? requireInt(args, "seq"),
    signature: copyBytes(requireBytes(args, "sig")),
  };
}

function readReply(dict: BDict, transaction: Uint8Array, bytes: Uint8Array): KrpcMessage | undefined {
  const r = asDict(dict.get("r"));
  const id = asBytes(r?.get("id"));
  if (r === undefined || id?.length !== ID_LENGTH) return undefined;
  const reply: Reply = {
    id: idFromBytes(id),
    nodes: [
      ...unpackNodes(asBytes(r.get("nodes")) ?? new Uint8Array(), 4).slice(0, MAX_NODES),
      ...unpackNodes(asBytes(r.get("nodes6")) ?? new Uint8Array(), 6).slice(0, MAX_NODES),
    ],
    token: kept(r.get("token"), MAX_TOKEN_LENGTH),
    peers: readPeers(r.get("values")),
    seedFilter: exactly(r.get("BFsd"), 256),
    peerFilter: exactly(r.get("BFpe"), 256),
    ...(r.has("v") ? { value: copyBytes(rawSlice(bytes, ["r", "v"]) ?? new Uint8Array()) } : {}),
    key: exactly(r.get("k"), 32),
    seq: readSequence(r.get("seq")),
    signature: exactly(r.get("sig"), 64),
    samples: readIds(r.get("samples")),
    sampleCount: asInt(r.get("num")),
    sampleIntervalS: asInt(r.get("interval")),
  };
  return { kind: "reply", transaction, reply, ip: readIp(dict) };
}

function readError(dict: BDict, transaction: Uint8Array): KrpcMessage {
  const [code, text] = asList(dict.get("e")) ?? [];
  return {
    kind: "error",
    transaction,
    code: asInt(code) ?? ErrorCode.generic,
    text: utf8Decode(asBytes(text) ?? new Uint8Array()).slice(0, 200),
    ip: readIp(dict),
  };
}

function readIp(dict: BDict): Endpoint | undefined {
  const bytes = asBytes(dict.get("ip"));
  // Some nodes leave the port out.
  if (bytes?.length === 4 || bytes?.length === 16) return compactEndpoint(Uint8Array.from([...bytes, 0, 0]));
  return bytes === undefined ? undefined : compactEndpoint(bytes);
}

function readPeers(value: BValue | undefined): Endpoint[] | undefined {
  const list = asList(value);
  if (list === undefined) return undefined;
  const out: Endpoint[] = [];
  for (const each of list.slice(0, MAX_VALUES)) {
    const endpoint = compactEndpoint(asBytes(each) ?? new Uint8Array());
    if (endpoint !== undefined) out.push(endpoint);
  }
  return out;
}

function readWant(args: BDict): Want | undefined {
  const list = asList(args.get("want"));
  if (list === undefined) return undefined;
  const names = list.map((each) => utf8Decode(asBytes(each) ?? new Uint8Array()));
  return (["n4", "n6"] as const).filter((name) => names.includes(name));
}

function readToken(args: BDict): Uint8Array {
  return copyBytes(requireBytes(args, "token").subarray(0, MAX_TOKEN_LENGTH));
}

function readSequence(value: BValue | undefined): number | bigint | undefined {
  return typeof value === "number" || typeof value === "bigint" ? value : undefined;
}

function readIds(value: BValue | undefined): NodeId[] | undefined {
  const bytes = asBytes(value);
  if (bytes === undefined) return undefined;
  const out: NodeId[] = [];
  for (let at = 0; at + ID_LENGTH <= bytes.length; at += ID_LENGTH)
    out.push(idFromBytes(bytes.subarray(at, at + ID_LENGTH)));
  return out;
}

function requireId(args: BDict, key: string): NodeId {
  const bytes = requireBytes(args, key);
  if (bytes.length !== ID_LENGTH)
    throw new InputError("dht.id", `${key} must have ${ID_LENGTH} bytes: got ${bytes.length}`);
  return idFromBytes(bytes);
}

function exactly(value: BValue | undefined, length: number): Uint8Array | undefined {
  const bytes = asBytes(value);
  return bytes?.length === length ? copyBytes(bytes) : undefined;
}

function kept(value: BValue | undefined, most: number): Uint8Array | undefined {
  const bytes = asBytes(value);
  return bytes === undefined || bytes.length > most ? undefined : copyBytes(bytes);
}
