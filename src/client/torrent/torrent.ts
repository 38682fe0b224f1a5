import { discardContent } from "../content/kept-content.ts";
import type { Readers } from "../content/reading.ts";
import type { Relocation } from "../content/relocation.ts";
import { findBottleneck, type Bottleneck } from "./report/bottleneck.ts";
import { TorrentControls, type ControlledParts } from "./controls.ts";
import type { TorrentHost } from "./host.ts";

/** The time, in milliseconds, for which a rate limit counts as the reason after it has stopped the download. */
const HELD_BACK_MS = 2_000;

/** The parts that {@link Torrent} delegates to. */
export interface TorrentParts extends ControlledParts {
  readonly host: TorrentHost;
  readonly addedAt: Date;
  readonly readers: Readers;
  readonly relocation: Relocation;
}

/** A torrent of a {@link Client}, as returned by `client.add`. */
export class Torrent extends TorrentControls {
  /** The time at which the client added the torrent. */
  readonly addedAt: Date;
  readonly #parts: TorrentParts;

  constructor(parts: TorrentParts) {
    super(parts);
    this.#parts = parts;
    this.addedAt = parts.addedAt;
  }

  /**
   * Resolves when all wanted data is downloaded, verified and durable. Rejects with the error when the torrent fails,
   * and with AbortError when it is removed or the client is closed before. There is a new promise after the torrent was
   * resumed or more files were selected.
   */
  get done(): Promise<void> {
    return this.#parts.lifecycle.done;
  }

  /**
   * Yields bytes `start` (inclusive) to `end` (exclusive) of a file in order, as they arrive. Missing pieces are
   * requested before all others, then the pieces after them. A paused torrent can be read as well, when the data is
   * present. Throws UsageError `torrent.range`, AbortError, StorageError, MillraceError `torrent.not-active` when a
   * part is missing and the torrent does not run.
   */
  async *read(
    fileIndex: number,
    start: number,
    end: number,
    signal?: AbortSignal,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.#parts.lifecycle.storage === undefined) await this.recall();
    yield* this.#parts.readers.read(fileIndex, start, end, signal);
  }

  /**
   * Reads the valid pieces of a torrent that does not run from its stored state. Without a usable state they stay
   * unknown: nothing is hashed. Rejects with StorageError.
   */
  async recall(): Promise<void> {
    await this.#parts.data.recall(() => this.state.kind === "paused");
  }

  /**
   * Starts the torrent, for example after a pause or a failure. {@link Torrent.state} shows the progress. When data was
   * downloaded before and all files are missing, the torrent fails with `storage.missing`, and continues by itself when
   * the files exist again. If it is resumed while they are still missing, it downloads them again.
   */
  resume(): void {
    this.#parts.lifecycle.resume();
  }

  /** Disconnects all peers and keeps the data. Resolves when trackers have been sent `stopped` and files are closed. */
  async pause(): Promise<void> {
    await this.#parts.lifecycle.pause();
  }

  /**
   * Moves the data to another folder, which may be on another disk. A running torrent then continues, without a check.
   * Rejects with StorageError (`storage.exists` when the new path exists), UsageError `client.path-in-use`,
   * `client.path-shared`, `torrent.moving`, or AbortError when the torrent is closed or removed meanwhile; the data is
   * then at its old path. With `find` nothing is moved: the data is expected to be in the new folder already, and is
   * checked.
   */
  async move(folder: string, options: { readonly find?: boolean } = {}): Promise<void> {
    await this.#parts.relocation.move(folder, options.find === true);
  }

  /**
   * Renames the torrent's file or folder on the disk. A running torrent then continues, without a check.
   * {@link Torrent.name} and `metainfo.name` have the new name afterwards; the metadata keeps the old name. A later run
   * needs {@link AddOptions.name}. The name must be a single name of at most 255 bytes of UTF-8 that every system
   * accepts, and not one of Millrace's own file names; otherwise rejects with InputError `torrent.name`. Also rejects
   * with InputError `torrent.no-metadata`, and with the errors of {@link Torrent.move}.
   */
  async rename(name: string): Promise<void> {
    await this.#parts.relocation.rename(name);
  }

  /** Stops the torrent, then starts it again with a check of all data; the stored state is ignored. */
  async recheck(): Promise<void> {
    const { memory } = this.#parts.data;
    await this.pause();
    memory.doubt();
    memory.acceptLoss();
    this.resume();
  }

  /**
   * Removes the torrent from the client, deletes its stored state and, with `deleteData`, deletes its data. Until that
   * is done, `client.add` rejects the same torrent with `client.duplicate`. Files that another torrent has as well are
   * not deleted, even when that torrent was added meanwhile. A file is deleted only when the torrent is known to have
   * written to it or to have data in it; other files are left, and the warning `storage.not-ours` names them. Rejects
   * with StorageError.
   */
  async remove(options: { readonly deleteData?: boolean } = {}): Promise<void> {
    const { lifecycle, data, host } = this.#parts;
    const { infoHash } = this;
    const { storage } = lifecycle;
    await this.close();
    try {
      const place = data.place();
      if (place === undefined) return;
      if (options.deleteData !== true) return await discardContent(place, undefined);
      await discardContent(place, {
        infoHash,
        places: host.places,
        priorities: data.selectFiles()?.priorities ?? [],
        claimed: await data.memory.claimedHere(),
        onLeft: (error) => lifecycle.warn(error),
        storage,
      });
    } finally {
      // Last: a torrent that is added meanwhile in the same folder would lose its files.
      host.forget(infoHash);
    }
  }

  /** Stops the torrent permanently and saves its state. The client does this for all its torrents when it closes. */
  async close(): Promise<void> {
    await this.#parts.lifecycle.close();
  }

  /**
   * Returns the one reason why the download is not faster; `undefined` when the torrent does not download. `load` is
   * the share of the time in which the event loop was busy lately, 0 to 1, if the caller measures it.
   */
  bottleneck(load?: number): Bottleneck | undefined {
    const { host, rates, tally } = this.#parts;
    const { swarm } = this;
    const peers = [...(swarm?.peers ?? [])];
    const useful = peers.filter(({ flags }) => flags.amInterested);
    const webSeeds = this.webSeeds().filter(({ state }) => state === "downloading").length;
    return findBottleneck({
      state: this.state,
      // Web seeds count as peers that have unchoked this client.
      peers: peers.length + webSeeds,
      useful: useful.length + webSeeds,
      unchoked: useful.filter(({ flags }) => !flags.peerChoking).length + webSeeds,
      knownPeers: swarm?.candidates.count("idle") ?? 0,
      blockedPeers: swarm?.candidates.count("blocked") ?? 0,
      encryption: host.connector.policy,
      encryptionRefusals: swarm?.refusals ?? 0,
      isFull: peers.length >= (rates.maxPeers ?? host.maxPeers) || host.budget.room <= 0,
      trackers: this.trackers(),
      isRateLimited: rates.download.hasHeldBack(HELD_BACK_MS),
      waitsForDisk: swarm?.downloader?.waitsForDisk ?? false,
      received: tally.downloaded,
      invalid: swarm?.downloader?.invalid ?? 0,
      load,
    });
  }

  /** Returns the torrent file, encoded; `undefined` while the metadata is being fetched. */
  torrentBytes(): Uint8Array | undefined {
    return this.metainfo?.torrentBytes();
  }
}
