import { EventEmitter } from "node:events";
import type { InfoHash } from "../../base/index.ts";
import { formatMagnet, magnetOf, type Magnet, type Metainfo } from "../../metainfo/index.ts";
import type { Swarm, WebSeedStatus } from "../../swarm/index.ts";
import { fileStatuses, peerStatuses, torrentStatus } from "./report/report.ts";
import type { TorrentData } from "./data.ts";
import type { TorrentEvents } from "./events.ts";
import type { TorrentHashes } from "./hashes.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { TorrentState } from "./state.ts";
import type { FileStatus, PeerStatus, TorrentStatus } from "./report/status.ts";
import type { Tally } from "./tally.ts";

/** The parts of a torrent that {@link TorrentView} reads. */
export interface ViewedParts {
  readonly infoHash: InfoHash;
  readonly hashes: TorrentHashes;
  readonly magnet: Magnet | undefined;
  readonly data: TorrentData;
  readonly tally: Tally;
  readonly lifecycle: Pick<Lifecycle, "state" | "swarm">;
}

/** The read-only part of {@link Torrent}. (Seventeen public members: each is a fact about the torrent.) */
export abstract class TorrentView extends EventEmitter<TorrentEvents> {
  readonly infoHash: InfoHash;
  readonly #parts: ViewedParts;

  constructor(parts: ViewedParts) {
    super();
    this.infoHash = parts.infoHash;
    this.#parts = parts;
  }

  /** The info-hashes that are known: one, or two of a hybrid torrent (BEP 52). */
  get infoHashes(): readonly InfoHash[] {
    return this.#parts.hashes.all;
  }

  /** @internal The swarm of the present run. */
  get swarm(): Swarm | undefined {
    return this.#parts.lifecycle.swarm;
  }

  get state(): TorrentState {
    return this.#parts.lifecycle.state;
  }

  /** The download folder, which contains the torrent's own file or folder. */
  get folder(): string {
    return this.#parts.data.folder;
  }

  /** The metainfo; `undefined` while the metadata of a magnet link is being fetched. */
  get metainfo(): Metainfo | undefined {
    return this.#parts.data.metainfo;
  }

  /** Whether the valid pieces are known; if not, the progress is not known either. */
  get isOpened(): boolean {
    return this.#parts.data.isOpened;
  }

  /** The torrent's name; for a magnet link without a name, the info-hash in hexadecimal. */
  get name(): string {
    return this.#parts.data.name;
  }

  /**
   * The magnet link of the torrent, made from the metainfo; while the metadata is being fetched, the link with which
   * the torrent was added.
   */
  get magnet(): string {
    const { metainfo, infoHash } = this;
    return formatMagnet(metainfo === undefined ? (this.#parts.magnet ?? { infoHash }) : magnetOf(metainfo));
  }

  /**
   * The path of the torrent's file, or of its folder when it has several files. `undefined` while the metadata is not
   * known.
   */
  get path(): string | undefined {
    return this.metainfo === undefined ? undefined : `${this.folder}/${this.metainfo.name}`;
  }

  status(): TorrentStatus {
    const { data, lifecycle, tally } = this.#parts;
    const { metainfo, selection } = data;
    const { state, swarm } = lifecycle;
    return torrentStatus({ state, metainfo, selection, swarm, downloaded: tally.downloaded, uploaded: tally.uploaded });
  }

  peers(): PeerStatus[] {
    return peerStatuses(this.swarm);
  }

  /** Returns the web seeds of a running torrent of which data is missing; otherwise an empty list. */
  webSeeds(): WebSeedStatus[] {
    return this.swarm?.webSeeds() ?? [];
  }

  files(): FileStatus[] {
    return fileStatuses(this.metainfo, this.#parts.data.selectFiles());
  }

  /** Returns the valid pieces as the bytes of a bitfield (BEP 3); `undefined` while they are not known. */
  pieces(): Uint8Array | undefined {
    return this.#parts.data.have?.pack();
  }

  /**
   * Returns the number of connected peers that have each piece, at most 255; `undefined` while no pieces are exchanged.
   */
  availability(): Uint8Array | undefined {
    return this.swarm?.downloader?.picker.availabilities();
  }

  /** Returns the indices of the pieces that are being downloaded. */
  activePieces(): number[] {
    return this.swarm?.downloader?.activePieces() ?? [];
  }
}
