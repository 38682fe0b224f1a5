import { PeerError, ipBytes, ipFromBytes, utf8Decode } from "../../base/index.ts";
import { asBytes, asDict, asInt, decode, encode, keyFromText, keyToBytes } from "../../bencode/index.ts";
import type { BDict, BInput } from "../../bencode/index.ts";
import {
  MAX_CLIENT_NAME_LENGTH,
  MAX_EXTENDED_HANDSHAKE_LENGTH,
  MAX_EXTENSIONS,
  MAX_EXTENSION_DEPTH,
  MAX_EXTENSION_NAME_LENGTH,
  MAX_EXTENSION_TOKENS,
  MAX_METADATA_LENGTH,
  MAX_REQUEST_QUEUE,
} from "../limits.ts";

/** The extended message id of the handshake itself (BEP 10). */
export const EXTENDED_HANDSHAKE_ID = 0;

/**
 * The fields of an extended handshake (BEP 10). Every field is optional; decoding leaves out fields without a valid
 * value.
 */
export interface ExtendedHandshake {
  /**
   * The key `m`: by extension name, the id that the sender wants in messages to it. The id 0 withdraws an extension.
   */
  readonly extensions: ReadonlyMap<string, number>;
  /** The key `p`: the TCP port that the sender listens on. */
  readonly port?: number | undefined;
  /** The key `v`: client name and version, without control characters. */
  readonly client?: string | undefined;
  /** The key `reqq`: the maximum number of requests that the sender queues. */
  readonly requestQueue?: number | undefined;
  /** The key `yourip`: the receiver's IP address as the sender sees it. */
  readonly yourIp?: string | undefined;
  /** The key `ipv4`: an IPv4 address of the sender. */
  readonly ipv4?: string | undefined;
  /** The key `ipv6`: an IPv6 address of the sender. */
  readonly ipv6?: string | undefined;
  /** The key `metadata_size`: the length of the info dictionary in bytes (BEP 9). */
  readonly metadataSize?: number | undefined;
  /** The key `upload_only`: the sender downloads nothing (BEP 21). */
  readonly uploadOnly?: boolean | undefined;
}

/** Encodes an extended handshake: the payload of an `extended` message with id {@link EXTENDED_HANDSHAKE_ID}. */
export function encodeExtendedHandshake(handshake: ExtendedHandshake): Uint8Array {
  const names = new Map<string, BInput>();
  for (const [name, id] of handshake.extensions) names.set(keyFromText(name), id);
  return encode({
    m: names,
    p: handshake.port,
    v: handshake.client,
    reqq: handshake.requestQueue,
    yourip: handshake.yourIp === undefined ? undefined : ipBytes(handshake.yourIp),
    ipv4: handshake.ipv4 === undefined ? undefined : ipBytes(handshake.ipv4),
    ipv6: handshake.ipv6 === undefined ? undefined : ipBytes(handshake.ipv6),
    metadata_size: handshake.metadataSize,
    upload_only: handshake.uploadOnly === undefined ? undefined : Number(handshake.uploadOnly),
  });
}

/**
 * Decodes the payload of an extended handshake. A field with a wrong type or out of range is left out, since clients
 * differ in minor fields. Throws {@link PeerError} `wire.extended-handshake` when the payload is no dictionary or too
 * long.
 */
export function decodeExtendedHandshake(payload: Uint8Array): ExtendedHandshake {
  const dict = readDict(payload);
  const extensions = new Map<string, number>();
  for (const [key, value] of asDict(dict.get("m")) ?? []) {
    const id = asInt(value);
    if (extensions.size >= MAX_EXTENSIONS) break;
    if (id === undefined || id < 0 || id > 255 || key.length > MAX_EXTENSION_NAME_LENGTH) continue;
    extensions.set(utf8Decode(keyToBytes(key)), id);
  }
  const uploadOnly = asInt(dict.get("upload_only"));
  return {
    extensions,
    port: intBetween(dict, "p", 1, 65_535),
    client: clientName(asBytes(dict.get("v"))),
    requestQueue: intBetween(dict, "reqq", 1, Number.MAX_SAFE_INTEGER, MAX_REQUEST_QUEUE),
    yourIp: address(dict, "yourip", [4, 16]),
    ipv4: address(dict, "ipv4", [4]),
    ipv6: address(dict, "ipv6", [16]),
    metadataSize: intBetween(dict, "metadata_size", 1, MAX_METADATA_LENGTH),
    uploadOnly: uploadOnly === undefined ? undefined : uploadOnly !== 0,
  };
}

/**
 * Merges a further extended handshake (`after`) into the earlier ones (BEP 10). Fields and extensions that are missing
 * from `after` keep their values. When there are more than {@link MAX_EXTENSIONS} extensions in total, only those of
 * `after` stay.
 */
export function mergeExtendedHandshakes(
  before: ExtendedHandshake | undefined,
  after: ExtendedHandshake,
): ExtendedHandshake {
  if (before === undefined) return after;
  const given = Object.fromEntries(Object.entries(after).filter(([, value]) => value !== undefined));
  const extensions = new Map([...before.extensions, ...after.extensions]);
  return { ...before, ...given, extensions: extensions.size > MAX_EXTENSIONS ? after.extensions : extensions };
}

function readDict(payload: Uint8Array): BDict {
  const malformed = (why: string, cause?: unknown): PeerError =>
    new PeerError("wire.extended-handshake", `malformed extended handshake: ${why}`, {
      cause,
      fields: { received: payload.length },
    });
  if (payload.length > MAX_EXTENDED_HANDSHAKE_LENGTH) throw malformed(`${payload.length} bytes are too many`);
  try {
    const dict = asDict(decode(payload, { maxDepth: MAX_EXTENSION_DEPTH, maxTokens: MAX_EXTENSION_TOKENS }));
    if (dict !== undefined) return dict;
  } catch (error) {
    throw malformed("it is not bencoded", error);
  }
  throw malformed("it is no dictionary");
}

function intBetween(dict: BDict, key: string, min: number, max: number, cap = max): number | undefined {
  const value = asInt(dict.get(key));
  return value === undefined || value < min || value > max ? undefined : Math.min(value, cap);
}

function address(dict: BDict, key: string, lengths: readonly number[]): string | undefined {
  const bytes = asBytes(dict.get(key));
  return bytes === undefined || !lengths.includes(bytes.length) ? undefined : ipFromBytes(bytes);
}

/**
 * Decodes a client's name and removes control, format and surrogate characters: the peer chose the name, and it is
 * shown on screens and in logs.
 */
function clientName(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined) return undefined;
  const text = utf8Decode(bytes.subarray(0, MAX_CLIENT_NAME_LENGTH))
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}\uFFFD]/gu, "")
    .trim();
  return text === "" ? undefined : text;
}
