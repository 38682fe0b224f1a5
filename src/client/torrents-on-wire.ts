import { type InfoHash, toHex, UsageError } from "../base/index.ts";
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

  /** Throws UsageError `client.duplicate` when a torrent has one of the info-hashes. */
  requireNew(...infoHashes: readonly (InfoHash | undefined)[]): void {
    for (const infoHash of infoHashes)
      if (infoHash !== undefined && this.#torrents.has(toHex(infoHash.wire)))
        throw new UsageError("client.duplicate", `torrent ${infoHash.hex} has been added already`, {
          fields: { infoHash: infoHash.hex },
        });
  }

  /** Adds an info-hash of a torrent. Throws UsageError `client.duplicate` when another torrent has it. */
  add(infoHash: InfoHash, torrent: T): void {
    if (this.#torrents.get(toHex(infoHash.wire)) !== torrent) this.requireNew(infoHash);
    this.#torrents.set(toHex(infoHash.wire), torrent);
    this.#hashed.set(toHex(mseTorrentHash(this.#hasher, infoHash.wire)), infoHash.wire);
  }

  /**
   * Adds the second info-hash of a torrent. Throws UsageError `client.duplicate` when another torrent has it.
   */
  addOther(infoHash: InfoHash, other: InfoHash): void {
    const torrent = this.get(infoHash.wire);
    if (torrent !== undefined) this.add(other, torrent);
  }

  remove(infoHash: InfoHash): void {
    this.#torrents.delete(toHex(infoHash.wire));
    this.#hashed.delete(toHex(mseTorrentHash(this.#hasher, infoHash.wire)));
  }

  /** Returns the torrent with this info-hash, given as 40 or, for v2, 64 hexadecimal digits in lower case. */
  named(hex: string): T | undefined {
    return this.#torrents.get(hex.slice(0, 40));
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
