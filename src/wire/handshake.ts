import { copyBytes, latin1, PeerError, toHex, UsageError, viewBytes } from "../base/index.ts";
import { HANDSHAKE_LENGTH } from "./constants.ts";
import { makeReserved, readReserved } from "./reserved.ts";
import type { Reserved } from "./reserved.ts";

const PROTOCOL = latin1("\x13BitTorrent protocol");
const RESERVED_AT = PROTOCOL.length;
const INFO_HASH_AT = RESERVED_AT + 8;
const PEER_ID_AT = INFO_HASH_AT + 20;

/** The handshake (BEP 3), the first 68 bytes that a peer sends. */
export interface Handshake {
  /** The info-hash, 20 bytes; for a v2 torrent the first 20 of its info-hash (BEP 52). */
  readonly infoHash: Uint8Array;
  /** The peer id, 20 bytes. */
  readonly peerId: Uint8Array;
  /** The capabilities in the reserved bits. */
  readonly reserved: Reserved;
  /** The 8 reserved bytes as received. */
  readonly reservedBytes: Uint8Array;
}

/** The parts of a handshake to encode. */
export interface HandshakeOptions {
  /** The info-hash, 20 bytes. */
  readonly infoHash: Uint8Array;
  /** The peer id, 20 bytes. */
  readonly peerId: Uint8Array;
  /** The features to offer, as flags or as the 8 reserved bytes themselves. Default: none. */
  readonly reserved?: Partial<Reserved> | Uint8Array;
}

/**
 * Returns the 68 bytes of a handshake. Throws {@link UsageError} `wire.field` when a part has the wrong length.
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

/** Decodes a handshake of exactly 68 bytes. Throws {@link PeerError} `wire.not-bittorrent`, `wire.handshake-length`. */
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
  /** The bytes after the handshake in the same chunk: a view, valid as long as the chunk is. */
  readonly rest: Uint8Array;
}

/**
 * A handshake from a stream. The info-hash can be read before the peer id has arrived, because the accepting side must
 * find the torrent before it replies, and some trackers' checkers never send a peer id (BEP 3).
 */
export class HandshakeDecoder {
  readonly #bytes = new Uint8Array(HANDSHAKE_LENGTH);
  #length = 0;

  /**
   * Takes more bytes. Returns the handshake when these complete it; it must not be called again then. Throws
   * {@link PeerError} `wire.not-bittorrent` at the first byte that does not fit, so an encrypted or other stream is
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

  /** The 20 bytes of the info-hash once 48 bytes have arrived: a copy. */
  get infoHash(): Uint8Array | undefined {
    return this.#length < PEER_ID_AT ? undefined : copyBytes(this.#bytes, INFO_HASH_AT, PEER_ID_AT);
  }

  /** The features that the peer offers; `undefined` until 28 bytes have arrived. */
  get reserved(): Reserved | undefined {
    return this.#length < INFO_HASH_AT ? undefined : readReserved(viewBytes(this.#bytes, RESERVED_AT, INFO_HASH_AT));
  }
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
