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
  /** Receives what a user should know after a job that succeeded. */
  readonly onNotice: (error: StorageError) => void;
}

/** Moves a torrent's data to another folder or renames it: one such job at a time, while the torrent does not run. */
export class Relocation {
  readonly #options: RelocationOptions;
  #moving: Moving | undefined;

  constructor(options: RelocationOptions) {
    this.#options = options;
  }

  /** Whether a start has to wait for the end of a job; it is made then. */
  defersStart(): boolean {
    if (this.#moving === undefined) return false;
    this.#moving.resume = true;
    return true;
  }

  /** Ends the job under way; resolves when nothing is copied any more. The torrent does not start again. */
  async end(): Promise<void> {
    await this.#moving?.end();
  }

  /** As `Torrent.move` says. */
  async move(folder: string, find: boolean): Promise<void> {
    const { torrent, onNotice } = this.#options;
    const { data } = torrent;
    if (folder === data.folder) return;
    await this.#whileStopped(folder, data.metainfo, !find, async (signal) => {
      const [from, to] = [data.place(), data.place(folder)];
      if (find) await data.memory.take();
      else if (from !== undefined && to !== undefined) await relocateContent(from, to, signal, onNotice);
      // The metadata of a magnet link may have arrived while the torrent stopped.
      return data.metainfo;
    });
  }

  /** As `Torrent.rename` says. */
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
   * Stops the torrent for a job that takes its data to `folder`, and to the name that `metainfo` has; it goes on if it
   * ran. `isAlone`: no other torrent may have data there.
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
        // Another may have been added meanwhile.
        requireAlone();
        await data.arrived(folder, await job(signal));
      });
    } finally {
      // Where it is now, old or new, and nowhere else.
      places.keepOnly(infoHash, data);
      this.#moving = undefined;
      if (moving.resume && lifecycle.state.kind === "paused") lifecycle.resume();
    }
  }
}
