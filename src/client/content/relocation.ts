import { AbortError, InputError, UsageError, type InfoHash, type StorageError } from "../../base/index.ts";
import type { Metainfo } from "../../metainfo/index.ts";
import { withDiskName } from "./disk-name.ts";
import { relocateContent, renameContent } from "./kept-content.ts";
import { Moving } from "./moving.ts";
import { pathShared, type Places } from "../places.ts";
import type { TorrentData } from "../torrent/data.ts";
import type { Lifecycle } from "../torrent/lifecycle.ts";

/** Options of {@link Relocation}. */
export interface RelocationOptions {
  readonly torrent: {
    readonly infoHash: InfoHash;
    readonly data: TorrentData;
    readonly lifecycle: Pick<Lifecycle, "state" | "pause" | "resume">;
  };
  readonly places: Places;
  /** Receives the warnings of a job that has succeeded. */
  readonly onNotice: (error: StorageError) => void;
}

/** Moves a torrent's data to another folder or renames it, one such job at a time, while the torrent does not run. */
export class Relocation {
  readonly #options: RelocationOptions;
  #moving: Moving | undefined;

  constructor(options: RelocationOptions) {
    this.#options = options;
  }

  /** Whether a job is in progress. If so, the call makes the job start the torrent when it ends. */
  defersStart(): boolean {
    if (this.#moving === undefined) return false;
    this.#moving.hasToResume = true;
    return true;
  }

  /** Aborts the job in progress and resolves when it has ended. The torrent is not started again. */
  async end(): Promise<void> {
    await this.#moving?.end();
  }

  /** Moves the data; see `Torrent.move`. */
  async move(folder: string, find: boolean): Promise<void> {
    const { torrent, onNotice } = this.#options;
    const { data } = torrent;
    if (folder === data.folder) return;
    await this.#whileStopped(folder, data.metainfo, !find, async (signal) => {
      const [from, to] = [data.place(), data.place(folder)];
      if (find) await data.memory.relocate();
      else if (from !== undefined && to !== undefined) await relocateContent(from, to, signal, onNotice);
      // The metadata of a magnet link may have arrived while the torrent stopped.
      return data.metainfo;
    });
  }

  /** Renames the torrent's file or folder; see `Torrent.rename`. */
  async rename(name: string): Promise<void> {
    const { data } = this.#options.torrent;
    const { folder, metainfo } = data;
    if (metainfo === undefined)
      throw new InputError("torrent.no-metadata", `${data.name}: its name on the disk is not known yet`);
    const renamed = withDiskName(metainfo, name);
    if (renamed === metainfo) return;
    await this.#whileStopped(folder, renamed, true, async () => {
      const from = data.place();
      if (from !== undefined) await renameContent(from, name);
      return renamed;
    });
  }

  /**
   * Stops the torrent, runs a job that moves its data to `folder` under the name in `metainfo`, and starts the torrent
   * again if it was running. With `isAlone`, rejects when another torrent has data in, above or below the path of this
   * torrent's data.
   */
  async #whileStopped(
    folder: string,
    metainfo: Metainfo | undefined,
    isAlone: boolean,
    job: (signal: AbortSignal) => Promise<Metainfo | undefined>,
  ): Promise<void> {
    const { places, torrent } = this.#options;
    const { infoHash, data, lifecycle } = torrent;
    const { name } = data;
    const requireAlone = (): void => {
      if (isAlone && places.hasNeighbours(infoHash, data)) throw pathShared(name);
    };
    if (this.#moving !== undefined) throw new UsageError("torrent.moving", `${name} is being moved or renamed already`);
    const { kind } = lifecycle.state;
    if (kind === "closed") throw new AbortError(`${name}: closed`);
    requireAlone();
    data.claimPlace(folder, metainfo);
    const moving = new Moving(kind !== "paused" && kind !== "failed" && kind !== "stopping");
    this.#moving = moving;
    try {
      await moving.run(async (signal) => {
        await lifecycle.pause();
        // Another torrent may have been added meanwhile.
        requireAlone();
        await data.arrived(folder, await job(signal));
      });
    } finally {
      // Releases the place, old or new, where the data is not.
      places.keepOnly(infoHash, data);
      this.#moving = undefined;
      if (moving.hasToResume && lifecycle.state.kind === "paused") lifecycle.resume();
    }
  }
}
