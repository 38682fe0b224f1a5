import { copyBytes, latin1, PeerError, toHex, UsageError, viewBytes } from "../base/index.ts";
import { HANDSHAKE_LENGTH } from "./constants.ts";
import { makeReserved, readReserved } from "./reserved.ts";
import type { Reserved } from "./reserved.ts";

const PROTOCOL = latin1("\x13BitTorrent protocol");
const RESERVED_AT = PROTOCOL.length;
/** The offset of the info-hash in a handshake. */
export const WIRE_INFO_HASH_AT: number = RESERVED_AT + 8;
const INFO_HASH_AT = WIRE_INFO_HASH_AT;
const PEER_ID_AT = INFO_HASH_AT + 20;

/** The handshake (BEP 3), the first 68 bytes that a peer sends. */
export interface Handshake {
  /** The info-hash, 20 bytes; for a v2 torrent the first 20 of its info-hash (BEP 52). */
  readonly infoHash: Uint8Array;
  /** The peer id, 20 bytes. */
  readonly peerId: Uint8Array;
  /** The extensions that the reserved bits announce. */
  readonly reserved: Reserved;
  /** The 8 reserved bytes as received. */
  readonly reservedBytes: Uint8Array;
}

/** The fields of a handshake to encode. */
export interface HandshakeOptions {
  /** The info-hash, 20 bytes. */
  readonly infoHash: Uint8Array;
  /** The peer id, 20 bytes. */
  readonly peerId: Uint8Array;
  /** The extensions to announce, as flags or as the 8 reserved bytes. Default: none. */
  readonly reserved?: Partial<Reserved> | Uint8Array;
}

/**
 * Encodes a handshake of 68 bytes. Throws {@link UsageError} `wire.field` when a field has the wrong length.
 *
 * @example
 * ```ts
 * import { decodeHandshake, encodeHandshake } from "millrace/wire";
 *
 * const handshake = encodeHandshake({
 *   infoHash: new Uint8Array(20).fill(1),
 *   peerId: new Uint8Array(20).fill(2),
 *   reserved: { extended: true },
 * });
 * handshake.length; // => 68
 * decodeHandshake(handshake).reserved.extended; // => true
 * ```
 */
export function encodeHandshake(options: HandshakeOptions): Uint8Array {
  const reserved = options.reserved instanceof Uint8Array ? options.reserved : makeReserved(options.reserved ?? {});
  const out = new Uint8Array(HANDSHAKE_LENGTH);
  out.set(PROTOCOL);
  out.set(checkLength("reserved", reserved, 8), RESERVED_AT);
  out.set(checkLength("infoHash", options.infoHash, 20), INFO_HASH_AT);
  out.set(checkLength("peerId", options.peerId, 20), PEER_ID_AT);
  return out;
}

/** Decodes a handshake of exactly 68 bytes. Throws PeerError `wire.not-bittorrent`, `wire.handshake-length`. */
export function decodeHandshake(bytes: Uint8Array): Handshake {
  checkProtocol(bytes, 0, Math.min(bytes.length, PROTOCOL.length));
  if (bytes.length !== HANDSHAKE_LENGTH) {
    throw new PeerError("wire.handshake-length", `a handshake has ${HANDSHAKE_LENGTH} bytes, not ${bytes.length}`, {
      fields: { expected: HANDSHAKE_LENGTH, received: bytes.length },
    });
  }
  const reservedBytes = copyBytes(bytes, RESERVED_AT, INFO_HASH_AT);
  return {
    infoHash: copyBytes(bytes, INFO_HASH_AT, PEER_ID_AT),
    peerId: copyBytes(bytes, PEER_ID_AT, HANDSHAKE_LENGTH),
    reserved: readReserved(reservedBytes),
    reservedBytes,
  };
}

/** The result of {@link HandshakeDecoder.push} once the handshake is complete. */
export interface DecodedHandshake {
  readonly handshake: Handshake;
  /** The bytes after the handshake in the same chunk. They are a view of the chunk and change with it. */
  readonly rest: Uint8Array;
}

/**
 * Decodes a handshake that arrives in chunks. The info-hash can be read before the peer id has arrived: the side that
 * accepts a connection must find the torrent before it replies, and a tracker that tests whether a client can be
 * reached sends no peer id (BEP 3).
 */
export class HandshakeDecoder {
  readonly #bytes = new Uint8Array(HANDSHAKE_LENGTH);
  #length = 0;

  /**
   * Decodes the next chunk. Returns the handshake when it is complete; do not call this again afterwards. Throws
   * PeerError `wire.not-bittorrent` at the first wrong byte of the protocol name, so an encrypted or other stream is
   * recognised early.
   */
  push(chunk: Uint8Array): DecodedHandshake | undefined {
    if (this.#length === HANDSHAKE_LENGTH) throw new UsageError("wire.handshake-done", "the handshake is complete");
    const from = this.#length;
    const count = Math.min(chunk.length, HANDSHAKE_LENGTH - from);
    this.#bytes.set(viewBytes(chunk, 0, count), from);
    this.#length = from + count;
    checkProtocol(this.#bytes, from, Math.min(this.#length, PROTOCOL.length));
    if (this.#length < HANDSHAKE_LENGTH) return undefined;
    return { handshake: decodeHandshake(this.#bytes), rest: viewBytes(chunk, count, chunk.length) };
  }

  /** The info-hash (a copy of 20 bytes); `undefined` until 48 bytes have arrived. */
  get infoHash(): Uint8Array | undefined {
    return this.#length < PEER_ID_AT ? undefined : copyBytes(this.#bytes, INFO_HASH_AT, PEER_ID_AT);
  }

  /** The extensions that the peer's reserved bits announce; `undefined` until 28 bytes have arrived. */
  get reserved(): Reserved | undefined {
    return this.#length < INFO_HASH_AT ? undefined : readReserved(viewBytes(this.#bytes, RESERVED_AT, INFO_HASH_AT));
  }
}

/**
 * Whether a stream that begins with `bytes` begins with a handshake; `undefined` while all bytes fit but fewer than 20
 * have arrived. An encrypted stream begins with random bytes.
 */
export function beginsWithHandshake(bytes: Uint8Array): boolean | undefined {
  const length = Math.min(bytes.length, PROTOCOL.length);
  for (let at = 0; at < length; at++) if (bytes[at] !== PROTOCOL[at]) return false;
  return bytes.length >= PROTOCOL.length ? true : undefined;
}

function checkProtocol(bytes: Uint8Array, from: number, until: number): void {
  for (let at = from; at < until; at++) {
    if (bytes[at] !== PROTOCOL[at]) {
      throw new PeerError("wire.not-bittorrent", "the peer does not speak BitTorrent", {
        fields: { expected: toHex(PROTOCOL), received: toHex(viewBytes(bytes, 0, until)) },
      });
    }
  }
}

function checkLength(field: string, bytes: Uint8Array, expected: number): Uint8Array {
  if (bytes.length !== expected) {
    throw new UsageError("wire.field", `${field} has ${expected} bytes, not ${bytes.length}`, {
      fields: { field, expected, received: bytes.length },
    });
  }
  return bytes;
}
