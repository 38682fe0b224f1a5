import { concatBytes, latin1, type SyncHasher } from "../../base/index.ts";
import { Rc4 } from "./rc4.ts";

/** The two ciphers of a connection: that of the bytes this side sends, and that of the bytes it receives. */
export interface MseCiphers {
  readonly encrypt: Rc4;
  readonly decrypt: Rc4;
}

function hash(hasher: SyncHasher, label: string, ...parts: readonly Uint8Array[]): Uint8Array {
  return hasher.digestSync("sha1", concatBytes([latin1(label), ...parts]));
}

/** Returns the ciphers of one side. `torrent` is the 20-byte info-hash, which has to be known to both. */
export function makeCiphers(
  hasher: SyncHasher,
  side: "initiator" | "responder",
  secret: Uint8Array,
  torrent: Uint8Array,
): MseCiphers {
  const a = new Rc4(hash(hasher, "keyA", secret, torrent));
  const b = new Rc4(hash(hasher, "keyB", secret, torrent));
  return side === "initiator" ? { encrypt: a, decrypt: b } : { encrypt: b, decrypt: a };
}

/** Returns the bytes that show where the first padding ends. */
export function syncHash(hasher: SyncHasher, secret: Uint8Array): Uint8Array {
  return hash(hasher, "req1", secret);
}

/**
 * Returns the hash by which an initiator names a torrent, given the torrent's 20-byte info-hash. The responder keeps
 * these hashes of its torrents to find the torrent again.
 */
export function mseTorrentHash(hasher: SyncHasher, infoHash: Uint8Array): Uint8Array {
  return hash(hasher, "req2", infoHash);
}

/** Returns the bytes with which the hash of the torrent is masked, by exclusive or. */
export function torrentMask(hasher: SyncHasher, secret: Uint8Array): Uint8Array {
  return hash(hasher, "req3", secret);
}

/** Returns the exclusive or of two arrays of the same length. */
export function xorBytes(one: Uint8Array, other: Uint8Array): Uint8Array {
  return one.map((byte, at) => byte ^ (other[at] ?? 0));
}
