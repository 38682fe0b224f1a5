import { InputError, type Bitfield, type InfoHash, type StorageError } from "../../base/index.ts";
import type { Magnet, Metainfo } from "../../metainfo/index.ts";
import type { Storage } from "../../storage/index.ts";
import { usesFiles, type ContentPlace } from "../content/content-place.ts";
import { DataMemory } from "../content/data-memory.ts";
import { withDiskName } from "../content/disk-name.ts";
import { idleStorage, keptMetainfo, keptPieces } from "../content/kept-content.ts";
import { Selection } from "../content/selection.ts";
import type { AddOptions } from "../options.ts";
import type { TorrentHost } from "./host.ts";

/** The origin of a torrent: its metainfo, or a magnet link. */
export interface TorrentOrigin {
  /** The info-hash that identifies the torrent: v1, or v2 when the source has no other. */
  readonly infoHash: InfoHash;
  /** The v2 info-hash of a hybrid torrent, or of a magnet link with both; otherwise `undefined`. */
  readonly otherHash: InfoHash | undefined;
  readonly metainfo: Metainfo | undefined;
  readonly magnet: Magnet | undefined;
}

/** Options of {@link TorrentData}. */
export interface TorrentDataOptions {
  readonly host: TorrentHost;
  readonly origin: TorrentOrigin;
  readonly options: AddOptions;
  readonly folder: string;
  /** Called when all missing files are present again. */
  readonly onBack: () => void;
}

/**
 * The metainfo, folder, selection and verified pieces of a torrent, which exist even while the torrent does not run.
 * (Twenty public members, half of them read-only: all parts of a torrent share this record.)
 */
export class TorrentData {
  readonly memory: DataMemory;
  readonly #options: TorrentDataOptions;
  #folder: string;
  #metainfo: Metainfo | undefined;
  #selection: Selection | undefined;
  #isOpened = false;
  /** The storage for reads while the torrent does not run. {@link recall} opens it. */
  #idle: Storage | undefined;

  constructor(options: TorrentDataOptions) {
    this.#options = options;
    this.#folder = options.folder;
    this.#metainfo = options.origin.metainfo;
    this.memory = new DataMemory(options.options, {
      place: () => this.place(),
      priorities: () => this.selectFiles()?.priorities ?? [],
      onBack: options.onBack,
    });
  }

  /** The download folder, which contains the torrent's own file or folder. */
  get folder(): string {
    return this.#folder;
  }

  get metainfo(): Metainfo | undefined {
    return this.#metainfo;
  }

  /** The name from the metainfo or the magnet link; without either, the info-hash in hexadecimal. */
  get name(): string {
    const { magnet, infoHash } = this.#options.origin;
    return this.#metainfo?.name ?? magnet?.name ?? infoHash.hex;
  }

  /** Whether only the metadata is fetched; see {@link AddOptions.metadataOnly}. */
  get isMetadataOnly(): boolean {
    return this.#options.options.metadataOnly === true;
  }

  /** Whether the verified pieces are known. */
  get isOpened(): boolean {
    return this.#isOpened;
  }

  /** The verified pieces; `undefined` until they are known. */
  get have(): Bitfield | undefined {
    return this.#isOpened ? this.#selection?.have : undefined;
  }

  /** The selection of files, when {@link selectFiles} has made one. */
  get selection(): Selection | undefined {
    return this.#selection;
  }

  /** The storage for reads while the torrent does not run. */
  get idle(): Storage | undefined {
    return this.#idle;
  }

  /**
   * Returns the selection of files, or `undefined` while the files are not known. It is created at the first call,
   * which saves memory for paused torrents.
   */
  selectFiles(): Selection | undefined {
    const { options, origin } = this.#options;
    if (this.#metainfo !== undefined)
      this.#selection ??= new Selection(this.#metainfo.layout, options, origin.magnet?.selectOnly ?? []);
    return this.#selection;
  }

  /**
   * Does the same as {@link selectFiles}, but throws InputError `torrent.no-metadata` while the files are not known.
   */
  requireSelection(): Selection {
    const selection = this.selectFiles();
    if (selection === undefined)
      throw new InputError("torrent.no-metadata", `${this.name}: its files are not known yet`);
    return selection;
  }

  /**
   * Sets the metainfo of a magnet link's torrent and registers its files. Returns the metainfo, with the name that the
   * user has given to the files. Throws UsageError `client.path-in-use`, and changes nothing, when another torrent has
   * different files at the same path.
   */
  setMetainfo(fetched: Metainfo): Metainfo {
    const metainfo = withDiskName(fetched, this.#options.options.name);
    this.claimPlace(this.#folder, metainfo);
    this.#metainfo = metainfo;
    return metainfo;
  }

  /** Registers the paths of the torrent's files in `folder`. Throws UsageError `client.path-in-use`. */
  claimPlace(folder: string, metainfo = this.#metainfo): void {
    const { host, origin, options } = this.#options;
    if (metainfo === undefined || !usesFiles(options) || this.isMetadataOnly) return;
    host.places.add({ infoHash: origin.infoHash, folder, metainfo, have: () => this.have });
  }

  /**
   * Returns the paths of the data and of the stored state for data in `folder`; `undefined` without metainfo, and when
   * only the metadata is fetched.
   */
  place(folder = this.#folder): ContentPlace | undefined {
    const metainfo = this.#metainfo;
    if (metainfo === undefined || this.isMetadataOnly) return undefined;
    const { host, origin, options } = this.#options;
    const { runtime, pool, allocation, ownFolders, places } = host;
    return {
      runtime,
      pool,
      metainfo,
      folder,
      stateFolder: host.stateFolder(folder),
      storage: options.storage,
      allocation,
      ownFolders,
      isProtected: places.guard(origin.infoHash),
      isShared: (file) => places.isShared(origin.infoHash, file),
      written: this.memory.written,
    };
  }

  /**
   * Resolves with the metainfo that an earlier run stored for a magnet link's torrent; with `undefined` when there is
   * none.
   */
  async keptMetainfo(onDamage: (error: StorageError) => void): Promise<Metainfo | undefined> {
    const { host, origin, options } = this.#options;
    if (this.#metainfo !== undefined || !usesFiles(options)) return undefined;
    return keptMetainfo(host.runtime, host.stateFolder(this.#folder), origin.infoHash, onDamage);
  }

  /**
   * Prepares a torrent that does not run for reads, without hashing: the stored state is trusted when `isPaused`
   * returns true and the files are unchanged. Rejects with StorageError.
   */
  async recall(isPaused: () => boolean): Promise<void> {
    const selection = this.selectFiles();
    const place = this.place();
    if (place === undefined || selection === undefined) return;
    if (!this.#isOpened && isPaused()) {
      const have = await this.#options.host.checks.run(() => keptPieces(place, selection.priorities));
      if (have !== undefined && !this.#isOpened) {
        selection.setHave(have);
        this.#isOpened = true;
      }
    }
    if (usesFiles(place)) this.#idle ??= await idleStorage(place, selection.priorities);
  }

  /** Called when a run has opened the data. `have` has the verified pieces; the run updates this bitfield. */
  opened(have: Bitfield): void {
    this.memory.opened(have);
    this.selectFiles()?.setHave(have);
    this.#isOpened = true;
  }

  /** Called when a run has opened the files: forgets the storage that was opened for reads without a run. */
  dropIdle(): void {
    this.#idle = undefined;
  }

  /**
   * Sets the folder and metainfo after the data was moved or renamed. Resolves when the files at the old path are
   * closed.
   */
  async arrived(folder: string, metainfo: Metainfo | undefined): Promise<void> {
    const idle = this.#idle;
    this.#folder = folder;
    this.#metainfo = metainfo;
    this.#idle = undefined;
    await idle?.close();
  }
}
