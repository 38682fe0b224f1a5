import { fromHex } from "../bytes/bytes.ts";
import { InputError } from "../errors.ts";
import { toHex } from "../bytes/node-buffer.ts";

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/**
 * An info-hash, which identifies a torrent: the SHA-1 of the info dictionary's bytes (BEP 3, 20 bytes) or their SHA-256
 * (BEP 52, 32 bytes). Immutable; compare with {@link InfoHash.equals} or by {@link InfoHash.hex}.
 */
export class InfoHash {
  readonly bytes: Uint8Array;
  /** The info-hash as 40 (v1) or 64 (v2) lower-case hexadecimal digits; use it as the key of maps. */
  readonly hex: string;

  private constructor(bytes: Uint8Array, hex: string) {
    this.bytes = bytes;
    this.hex = hex;
  }

  /** Makes an info-hash from a copy of 20 or 32 raw bytes. Throws {@link InputError} `infohash.length`. */
  static fromBytes(bytes: Uint8Array): InfoHash {
    if (bytes.length !== 20 && bytes.length !== 32) {
      throw new InputError("infohash.length", `an info-hash has 20 or 32 bytes, not ${bytes.length}`);
    }
    return new InfoHash(Uint8Array.from(bytes), toHex(bytes));
  }

  /**
   * Parses an info-hash from 40 (v1) or 64 (v2) hexadecimal digits, or 32 characters of base32 (v1, BEP 9). Throws
   * {@link InputError} `infohash.text`.
   */
  static parse(text: string): InfoHash {
    const bytes = text.length === 32 ? fromBase32(text) : fromHex(text);
    if (bytes === undefined || (bytes.length !== 20 && bytes.length !== 32)) {
      throw new InputError(
        "infohash.text",
        `not an info-hash: ${JSON.stringify(text.slice(0, 80))}; it needs 40 or 64 hexadecimal digits, or 32 base32 characters`,
      );
    }
    return new InfoHash(bytes, toHex(bytes));
  }

  /** The version of the info-hash: 1 for SHA-1, 2 for SHA-256. */
  get version(): 1 | 2 {
    return this.bytes.length === 20 ? 1 : 2;
  }

  /** The 20 bytes that handshakes and announces contain: a v2 hash is cut to its first 20 bytes (BEP 52). */
  get wire(): Uint8Array {
    return this.bytes.length === 20 ? this.bytes : this.bytes.subarray(0, 20);
  }

  equals(other: InfoHash): boolean {
    return this.hex === other.hex;
  }

  toString(): string {
    return this.hex;
  }
}

function fromBase32(text: string): Uint8Array | undefined {
  const out = new Uint8Array(Math.floor((text.length * 5) / 8));
  let bits = 0;
  let value = 0;
  let offset = 0;
  for (const character of text.toUpperCase()) {
    const digit = BASE32.indexOf(character);
    if (digit < 0) return undefined;
    value = (value << 5) | digit;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      out[offset++] = (value >>> bits) & 0xff;
    }
  }
  return out;
}

/**
 * A peer id: 20 bytes that by convention begin with a prefix for the client program (BEP 20). `recogniseClient` of
 * `millrace/wire` returns the name of that program.
 */
export class PeerId {
  static readonly LENGTH = 20;
  readonly bytes: Uint8Array;
  readonly hex: string;

  private constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.hex = toHex(bytes);
  }

  /** Makes a peer id from a copy of 20 raw bytes. Throws {@link InputError} `peerid.length`. */
  static fromBytes(bytes: Uint8Array): PeerId {
    if (bytes.length !== PeerId.LENGTH)
      throw new InputError("peerid.length", `a peer id has 20 bytes, not ${bytes.length}`);
    return new PeerId(Uint8Array.from(bytes));
  }

  equals(other: PeerId): boolean {
    return this.hex === other.hex;
  }

  /** Returns the peer id as text: printable ASCII unchanged, every other byte as `%xx`. */
  toString(): string {
    let text = "";
    for (const byte of this.bytes) {
      text +=
        byte >= 0x21 && byte <= 0x7e && byte !== 0x25
          ? String.fromCharCode(byte)
          : `%${byte.toString(16).padStart(2, "0")}`;
    }
    return text;
  }
}
