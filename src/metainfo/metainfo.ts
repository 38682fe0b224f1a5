import { InputError } from "../base/index.ts";
import type { InfoHash } from "../base/index.ts";
import { pieceDigest } from "./pieces/hashes.ts";
import type { HashScheme, PieceLayers } from "./pieces/hashes.ts";
import type { FileLayout, LayoutFile } from "./pieces/layout.ts";
import type { OuterFacts, TorrentNode } from "./outer.ts";

/** The version of a torrent: v1 (BEP 3), v2 (BEP 52), or both in one info dictionary. */
export type MetainfoVersion = "v1" | "v2" | "hybrid";

/** The checked contents of a torrent file, from which a {@link Metainfo} is made. */
export interface MetainfoFacts extends OuterFacts {
  readonly version: MetainfoVersion;
  readonly infoHash: InfoHash | undefined;
  readonly infoHashV2: InfoHash | undefined;
  readonly id: InfoHash;
  readonly name: string;
  readonly rawName: string;
  readonly isSingleFile: boolean;
  readonly layout: FileLayout;
  readonly hashes: HashScheme;
  readonly hashesV2: PieceLayers | undefined;
  readonly isPrivate: boolean;
  readonly source: string | undefined;
  readonly infoBytes: Uint8Array;
  /** Returns the torrent file; with the piece layers of the argument when peers have sent some. */
  readonly torrentBytes: (layers: PieceLayers | undefined) => Uint8Array;
}

/**
 * The contents of a torrent file, checked and made safe. Immutable: {@link editTorrent} makes a changed torrent file.
 * It has many public members, one for each key of a torrent file.
 */
export class Metainfo {
  readonly version: MetainfoVersion;
  /** The SHA-1 of the info dictionary's bytes; `undefined` for pure v2. */
  readonly infoHash: InfoHash | undefined;
  /** The SHA-256 of the info dictionary's bytes; `undefined` for v1. */
  readonly infoHashV2: InfoHash | undefined;
  /** The info-hash that identifies the torrent: {@link infoHash}, or {@link infoHashV2} for pure v2. */
  readonly id: InfoHash;
  /** The torrent's name, safe to use as the name of a file or folder. */
  readonly name: string;
  /** The torrent's name as text: invalid UTF-8 is replaced, but the name is not safe as a file name. */
  readonly rawName: string;
  /** Whether the torrent is a single file named {@link name}, without a folder around it. */
  readonly isSingleFile: boolean;
  readonly layout: FileLayout;
  /** The hashes by which pieces are checked: the v1 hashes for v1 and hybrid torrents. */
  readonly hashes: HashScheme;
  /** Whether the torrent is private: only its trackers may be used to find peers (BEP 27). */
  readonly isPrivate: boolean;
  readonly source: string | undefined;
  readonly comment: string | undefined;
  readonly createdBy: string | undefined;
  readonly creationDate: Date | undefined;
  readonly encoding: string | undefined;
  readonly trackers: readonly (readonly string[])[];
  /** The URLs of web seeds (BEP 19). */
  readonly webSeeds: readonly string[];
  /** The URLs of HTTP seeds (BEP 17). */
  readonly httpSeeds: readonly string[];
  /** The DHT nodes (BEP 5). */
  readonly nodes: readonly TorrentNode[];
  /** The bytes of the info dictionary. Their hash is the info-hash, and peers send them to each other (BEP 9). */
  readonly infoBytes: Uint8Array;
  /** The size of all files in bytes, without padding. */
  readonly totalSize: number;
  /** The piece layers of the v2 half (BEP 52); `undefined` for v1. */
  readonly layersV2: PieceLayers | undefined;
  readonly #torrentBytes: MetainfoFacts["torrentBytes"];

  constructor(facts: MetainfoFacts) {
    this.version = facts.version;
    this.infoHash = facts.infoHash;
    this.infoHashV2 = facts.infoHashV2;
    this.id = facts.id;
    this.name = facts.name;
    this.rawName = facts.rawName;
    this.isSingleFile = facts.isSingleFile;
    this.layout = facts.layout;
    this.hashes = facts.hashes;
    this.isPrivate = facts.isPrivate;
    this.source = facts.source;
    this.comment = facts.comment;
    this.createdBy = facts.createdBy;
    this.creationDate = facts.creationDate;
    this.encoding = facts.encoding;
    this.trackers = facts.trackers;
    this.webSeeds = facts.webSeeds;
    this.httpSeeds = facts.httpSeeds;
    this.nodes = facts.nodes;
    this.infoBytes = facts.infoBytes;
    this.layersV2 = facts.hashesV2;
    this.#torrentBytes = facts.torrentBytes;
    this.totalSize = facts.layout.contentLength;
  }

  /** The files, in the torrent's order, including padding files. */
  get files(): readonly LayoutFile[] {
    return this.layout.files;
  }

  get pieceLength(): number {
    return this.layout.pieceLength;
  }

  get pieceCount(): number {
    return this.layout.pieceCount;
  }

  /** Whether this is one of the torrent's info-hashes; a hybrid torrent has two. */
  hasInfoHash(infoHash: InfoHash): boolean {
    return [this.infoHash, this.infoHashV2].some((own) => own?.equals(infoHash) === true);
  }

  /**
   * Returns the expected digest of a piece (a view): the SHA-1 (20 bytes), or for pure v2 the root of the piece's
   * merkle tree (32 bytes). Throws {@link InputError} `metainfo.piece-index` when there is no such piece,
   * `metainfo.layers` when the file's piece layer is not known.
   */
  pieceHash(index: number): Uint8Array {
    if (!(index >= 0 && index < this.pieceCount))
      throw new InputError(
        "metainfo.piece-index",
        `there is no piece ${index}: the torrent has ${this.pieceCount} pieces`,
      );
    const digest = pieceDigest(this.hashes, this.layout, index);
    if (digest === undefined) throw new InputError("metainfo.layers", `the piece layer of piece ${index} is not known`);
    return digest;
  }

  /**
   * Returns a file's piece layer (BEP 52): 32 bytes for each piece, checked against the file's root. `undefined` for
   * v1, for padding and empty files, and while the layer is unknown (a magnet link has none).
   */
  pieceLayer(fileIndex: number): Uint8Array | undefined {
    return this.layersV2?.layers[fileIndex];
  }

  /**
   * Returns a copy of this torrent with another {@link name} on disk, made safe by `safeName`. The info dictionary
   * stays the same.
   */
  named(name: string): Metainfo {
    return new Metainfo({
      version: this.version,
      infoHash: this.infoHash,
      infoHashV2: this.infoHashV2,
      id: this.id,
      name,
      rawName: this.rawName,
      isSingleFile: this.isSingleFile,
      layout: this.isSingleFile ? this.layout.withOnlyPath([name]) : this.layout,
      hashes: this.hashes,
      hashesV2: this.layersV2,
      isPrivate: this.isPrivate,
      source: this.source,
      comment: this.comment,
      createdBy: this.createdBy,
      creationDate: this.creationDate,
      encoding: this.encoding,
      trackers: this.trackers,
      webSeeds: this.webSeeds,
      httpSeeds: this.httpSeeds,
      nodes: this.nodes,
      infoBytes: this.infoBytes,
      torrentBytes: this.#torrentBytes,
    });
  }

  /**
   * Returns the bytes of a torrent file: the bytes that were parsed, or newly encoded ones when the info dictionary or
   * piece layers came from peers.
   */
  torrentBytes(): Uint8Array {
    return this.#torrentBytes(this.layersV2?.hasGrown === true ? this.layersV2 : undefined);
  }
}
