import { UsageError, type Bitfield, type InfoHash } from "../../base/index.ts";
import { metainfoFromInfo, type Magnet, type Metainfo } from "../../metainfo/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { MAX_METADATA_LENGTH, MetadataAttempt } from "../../wire/index.ts";
import type { SessionLog } from "./log.ts";
import type { ConsolePeer } from "./peer/peer.ts";
import { Pieces, type Piece } from "./pieces.ts";

/** Options of {@link Content}. */
export interface ContentOptions {
  readonly runtime: Runtime;
  readonly source: Metainfo | Magnet;
  readonly infoHash: InfoHash;
  /** The folder for the torrent's files; `undefined` keeps the pieces in memory. */
  readonly folder?: string | undefined;
  readonly log: SessionLog;
}

/** The torrent of a console session: its metadata, and the pieces with their storage. */
export class Content {
  readonly #options: ContentOptions;
  /**
   * The unfinished metadata of each peer. Pieces of several peers are not combined, so that a wrong hash shows which
   * peer sent wrong data.
   */
  readonly #metadata = new Map<ConsolePeer, MetadataAttempt<ConsolePeer>>();
  readonly #listeners = new Set<(metainfo: Metainfo) => void>();
  #metainfo: Metainfo | undefined;
  #pieces: Pieces | undefined;
  #pieceList: readonly Piece[] | undefined;

  constructor(options: ContentOptions) {
    this.#options = options;
  }

  /** Opens the storage of the pieces if the metadata is already known. Rejects with StorageError, AbortError. */
  async open(signal?: AbortSignal): Promise<void> {
    const { source } = this.#options;
    if (isMetainfo(source)) await this.#setMetainfo(source, signal);
  }

  /** The metadata; `undefined` until the metadata of a magnet link is complete. */
  get metainfo(): Metainfo | undefined {
    return this.#metainfo;
  }

  /** The pieces; `undefined` until the metadata is known. */
  get pieces(): Pieces | undefined {
    return this.#pieces;
  }

  /** The pieces, for callers that require them. Throws UsageError `console.metadata` while the metadata is unknown. */
  get knownPieces(): Pieces {
    if (this.#pieces === undefined)
      throw new UsageError(
        "console.metadata",
        "the metadata is not known yet: request it from a peer with extendedHandshake(), then metadataRequest(0)",
      );
    return this.#pieces;
  }

  /** One {@link Piece} for each piece of the torrent; empty until the metadata is known. */
  get pieceList(): readonly Piece[] {
    const known = this.#pieces;
    if (known === undefined) return [];
    return (this.#pieceList ??= Array.from({ length: known.metainfo.pieceCount }, (_, index) => known.piece(index)));
  }

  /** The complete pieces as a bitfield. Throws UsageError `console.metadata` while the metadata is unknown. */
  get haves(): Bitfield {
    return this.knownPieces.have;
  }

  /** The number of bytes of all complete pieces. */
  get size(): number {
    return this.#pieces?.size ?? 0;
  }

  /**
   * The number of bytes of all missing pieces. While the metadata is unknown it is 1, because a tracker would count a
   * session with 0 missing bytes as a seed.
   */
  get missing(): number {
    return this.#pieces === undefined ? 1 : this.#pieces.metainfo.layout.totalLength - this.#pieces.size;
  }

  /** Calls `listener` when the metadata becomes known, before the storage of the pieces is opened. */
  onMetainfo(listener: (metainfo: Metainfo) => void): void {
    this.#listeners.add(listener);
  }

  /**
   * Adds a piece of the metadata that the user requested from a peer. When it completes the info dictionary and the
   * hash is correct, returns the dictionary's bytes, for {@link Content.learn}; otherwise `undefined`.
   */
  addMetadata(
    peer: ConsolePeer,
    part: { readonly piece: number; readonly data: Uint8Array; readonly totalSize: number | undefined },
  ): Uint8Array | undefined {
    const { runtime, infoHash, log } = this.#options;
    const attempt = this.#attempt(peer, part.totalSize ?? peer.conversation.sides.in.extended?.metadataSize);
    if (attempt === undefined || part.piece >= attempt.pieceCount) return undefined;
    const length = attempt.pieceLength(part.piece);
    if (part.data.length !== length) {
      log.warn(
        `piece ${part.piece} of the metadata of peer ${peer.number} has ${part.data.length} bytes instead of ${length}`,
      );
      return undefined;
    }
    attempt.store(part.piece, part.data, peer);
    if (!attempt.isComplete) return undefined;
    this.#metadata.delete(peer);
    const info = attempt.verified(infoHash, runtime.hasher);
    if (info === undefined) log.warn(`the metadata of peer ${peer.number} does not hash to the info-hash`);
    return info;
  }

  /** Drops the unfinished metadata of a peer. To be called when the peer has disconnected. */
  forget(peer: ConsolePeer): void {
    this.#metadata.delete(peer);
  }

  /**
   * Sets the metadata to an info dictionary whose hash was verified, and opens the storage. Rejects with
   * StorageError.
   */
  async learn(info: Uint8Array): Promise<void> {
    const { source, runtime, log } = this.#options;
    const trackers = isMetainfo(source) ? [] : source.trackers.map((url) => [url]);
    const metainfo = metainfoFromInfo(info, { trackers }, runtime.hasher);
    await this.#setMetainfo(metainfo);
    log.info(`the metadata is complete, and its hash is correct: ${metainfo.name}`);
  }

  /** Closes the files. Rejects with StorageError when received data could not be stored. */
  async close(): Promise<void> {
    await this.#pieces?.close();
  }

  /**
   * Returns the unfinished metadata of a peer. When the peer now announces a different size, drops the pieces that it
   * has sent.
   */
  #attempt(peer: ConsolePeer, size: number | undefined): MetadataAttempt<ConsolePeer> | undefined {
    const known = this.#metadata.get(peer);
    if (size === undefined || size === known?.size) return known;
    if (size > MAX_METADATA_LENGTH) return undefined;
    const attempt = new MetadataAttempt(size, peer, this.#options.runtime.clock.now());
    this.#metadata.set(peer, attempt);
    return attempt;
  }

  async #setMetainfo(metainfo: Metainfo, signal?: AbortSignal): Promise<void> {
    const { runtime, folder, log } = this.#options;
    this.#metainfo = metainfo;
    for (const listener of this.#listeners) listener(metainfo);
    this.#metadata.clear();
    const pieces = new Pieces({ runtime, metainfo, folder, log });
    this.#pieces = pieces;
    await pieces.open(signal);
  }
}

/** Returns the announce URLs of a torrent or magnet link, grouped by tier. */
export function trackerTiers(source: Metainfo | Magnet): readonly (readonly string[])[] {
  return isMetainfo(source) ? source.trackers : source.trackers.map((url) => [url]);
}

function isMetainfo(source: Metainfo | Magnet): source is Metainfo {
  return "infoBytes" in source;
}
