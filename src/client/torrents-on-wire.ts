import { type InfoHash, toHex } from "../base/index.ts";
import type { Runtime } from "../runtime/index.ts";
import { mseTorrentHash } from "../wire/index.ts";

/**
 * The torrents of a client by what a connection names: the 20-byte info-hash of a handshake, or its hash in an
 * encryption handshake. A torrent costs one SHA-1 and about 200 bytes for the latter.
 */
export class TorrentsOnWire<T> {
  readonly #hasher: Runtime["hasher"];
  readonly #torrents = new Map<string, T>();
  /** The 20-byte info-hashes by the hex of their `mseTorrentHash`. */
  readonly #hashed = new Map<string, Uint8Array>();

  constructor(hasher: Runtime["hasher"]) {
    this.#hasher = hasher;
  }

  add(infoHash: InfoHash, torrent: T): void {
    this.#torrents.set(toHex(infoHash.wire), torrent);
    this.#hashed.set(toHex(mseTorrentHash(this.#hasher, infoHash.wire)), infoHash.wire);
  }

  remove(infoHash: InfoHash): void {
    this.#torrents.delete(toHex(infoHash.wire));
    this.#hashed.delete(toHex(mseTorrentHash(this.#hasher, infoHash.wire)));
  }

  /** Returns the torrent with this 20-byte info-hash. */
  get(wireHash: Uint8Array): T | undefined {
    return this.#torrents.get(toHex(wireHash));
  }

  /** Returns the 20-byte info-hash of the torrent that an encryption handshake names by this hash. */
  find(mseHash: Uint8Array): Uint8Array | undefined {
    return this.#hashed.get(toHex(mseHash));
  }
}
