import { UsageError, type Bitfield, type InfoHash } from "../../base/index.ts";
import { metainfoFromInfo, type Magnet, type Metainfo } from "../../metainfo/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import type { SessionLog } from "./log.ts";
import { MetadataPieces } from "./metadata-pieces.ts";
import type { ConsolePeer } from "./peer/peer.ts";
import { Pieces, type Piece } from "./pieces.ts";

/** What {@link Content} needs. */
export interface ContentOptions {
  readonly runtime: Runtime;
  readonly source: Metainfo | Magnet;
  readonly infoHash: InfoHash;
  /** The folder for files; `undefined` keeps pieces in memory. */
  readonly folder?: string | undefined;
  readonly log: SessionLog;
}

/** The torrent of a console session: its metadata, and the pieces that are here. */
export class Content {
  readonly #options: ContentOptions;
  /** Metadata that the user is fetching from each peer. */
  readonly #metadata = new Map<ConsolePeer, MetadataPieces>();
  readonly #listeners = new Set<(metainfo: Metainfo) => void>();
  #metainfo: Metainfo | undefined;
  #pieces: Pieces | undefined;
  #pieceList: readonly Piece[] | undefined;

  constructor(options: ContentOptions) {
    this.#options = options;
  }

  /** Opens the storage when the metadata is known from the beginning. Rejects with StorageError, AbortError. */
  async open(signal?: AbortSignal): Promise<void> {
    const { source } = this.#options;
    if (isMetainfo(source)) await this.#setMetainfo(source, signal);
  }

  /** `undefined` until the metadata of a magnet link is complete. */
  get metainfo(): Metainfo | undefined {
    return this.#metainfo;
  }

  /** `undefined` until the metadata is known. */
  get pieces(): Pieces | undefined {
    return this.#pieces;
  }

  /** The same. Throws UsageError `console.metadata` until the metadata is known. */
  get knownPieces(): Pieces {
    if (this.#pieces === undefined)
      throw new UsageError(
        "console.metadata",
        "the metadata is not known yet: request it from a peer with extendedHandshake(), then metadataRequest(0)",
      );
    return this.#pieces;
  }

  /** One element for each piece; empty until the metadata is known. */
  get pieceList(): readonly Piece[] {
    const known = this.#pieces;
    if (known === undefined) return [];
    return (this.#pieceList ??= Array.from({ length: known.metainfo.pieceCount }, (_, index) => known.piece(index)));
  }

  /** Bits of the complete pieces. Throws UsageError `console.metadata` until the metadata is known. */
  get haves(): Bitfield {
    return this.knownPieces.have;
  }

  /** Bytes in complete pieces. */
  get size(): number {
    return this.#pieces?.size ?? 0;
  }

  /** Bytes in missing pieces; 1 until the metadata is known, so that no tracker counts the session as a seeder. */
  get missing(): number {
    return this.#pieces === undefined ? 1 : this.#pieces.metainfo.layout.totalLength - this.#pieces.size;
  }

  /** Calls `listener` when the metadata is known, before the pieces are open. */
  onMetainfo(listener: (metainfo: Metainfo) => void): void {
    this.#listeners.add(listener);
  }

  /**
   * Adds a piece of the metadata that the user requested from a peer. Returns the info dictionary when it is complete
   * and its hash is right: pass it to {@link Content.learn}.
   */
  addMetadata(
    peer: ConsolePeer,
    part: { readonly piece: number; readonly data: Uint8Array; readonly totalSize: number | undefined },
  ): Uint8Array | undefined {
    let pieces = this.#metadata.get(peer);
    if (pieces === undefined) {
      pieces = new MetadataPieces(this.#options.infoHash, this.#options.runtime.hasher);
      this.#metadata.set(peer, pieces);
    }
    const info = pieces.add(part.piece, part.data, part.totalSize ?? peer.conversation.sides.in.extended?.metadataSize);
    if (info !== "wrong") return info;
    this.#options.log.warn(`the metadata of peer ${peer.number} does not hash to the info-hash`);
    return undefined;
  }

  /** Drops the unfinished metadata of a peer that is gone. */
  forget(peer: ConsolePeer): void {
    this.#metadata.delete(peer);
  }

  /** Sets the metadata, whose hash is right, and opens the storage. Rejects with StorageError. */
  async learn(info: Uint8Array): Promise<void> {
    const { source, runtime, log } = this.#options;
    const trackers = isMetainfo(source) ? [] : source.trackers.map((url) => [url]);
    const metainfo = metainfoFromInfo(info, { trackers }, runtime.hasher);
    await this.#setMetainfo(metainfo);
    log.info(`the metadata is complete, and its hash is right: ${metainfo.name}`);
  }

  /** Closes the files. Rejects with StorageError when received data could not be stored. */
  async close(): Promise<void> {
    await this.#pieces?.close();
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

/** Trackers of a torrent or magnet link, by tier. */
export function trackerTiers(source: Metainfo | Magnet): readonly (readonly string[])[] {
  return isMetainfo(source) ? source.trackers : source.trackers.map((url) => [url]);
}

function isMetainfo(source: Metainfo | Magnet): source is Metainfo {
  return "infoBytes" in source;
}
