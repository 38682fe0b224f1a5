import { AbortError, InputError, UsageError, type InfoHash, type StorageError } from "../../base/index.ts";
import type { Metainfo } from "../../metainfo/index.ts";
import type { ContentPlace } from "./content-place.ts";
import type { DataMemory } from "./data-memory.ts";
import { withDiskName } from "./disk-name.ts";
import { relocateContent, renameContent } from "./kept-content.ts";
import { Moving } from "./moving.ts";
import { pathShared, type Places } from "../places.ts";
import type { TorrentState } from "../torrent/state.ts";

/** A torrent, as far as its data's place is concerned; its fields are live. */
interface Placed {
  readonly infoHash: InfoHash;
  readonly name: string;
  readonly folder: string;
  readonly metainfo: Metainfo | undefined;
  readonly state: TorrentState;
  pause(): Promise<void>;
  resume(): void;
  /** Its data is to be there. Throws UsageError `client.path-in-use`. */
  claimPlace(folder: string, metainfo: Metainfo | undefined): void;
}

export interface RelocationOptions {
  readonly torrent: Placed;
  readonly places: Places;
  readonly memory: Pick<DataMemory, "take">;
  /** Where the torrent's data is, or would be in another folder; `undefined` while its metadata is not known. */
  readonly place: (folder?: string) => ContentPlace | undefined;
  /** The data is there under that name now. Resolves when no file of the old place is open. */
  readonly arrived: (folder: string, metainfo: Metainfo | undefined) => Promise<void>;
  /** Hears what a user should know of a job that is done. */
  readonly onNotice: (error: StorageError) => void;
}

/** Takes a torrent's data to another folder or another name: one such job at a time, while the torrent does not run. */
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
    const { torrent, place, memory, onNotice } = this.#options;
    if (folder === torrent.folder) return;
    await this.#whileStopped(folder, torrent.metainfo, !find, async (signal) => {
      const [from, to] = [place(), place(folder)];
      if (find) await memory.take();
      else if (from !== undefined && to !== undefined) await relocateContent(from, to, signal, onNotice);
      // A magnet link's torrent may have become known while it stopped.
      return torrent.metainfo;
    });
  }

  /** As `Torrent.rename` says. */
  async rename(name: string): Promise<void> {
    const { torrent, place } = this.#options;
    const { folder, metainfo } = torrent;
    if (metainfo === undefined)
      throw new InputError("torrent.no-metadata", `${torrent.name}: its name on the disk is not known yet`);
    const renamed = withDiskName(metainfo, name);
    if (renamed === metainfo) return;
    await this.#whileStopped(folder, renamed, true, async () => {
      const from = place();
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
    const { torrent, places, arrived } = this.#options;
    const { infoHash, name } = torrent;
    const requireAlone = (): void => {
      if (isAlone && places.hasNeighbours(infoHash, torrent)) throw pathShared(name);
    };
    if (this.#moving !== undefined) throw new UsageError("torrent.moving", `${name} is being moved or renamed already`);
    const { kind } = torrent.state;
    if (kind === "closed") throw new AbortError(`${name}: closed`);
    requireAlone();
    torrent.claimPlace(folder, metainfo);
    const moving = new Moving(kind !== "paused" && kind !== "failed" && kind !== "stopping");
    this.#moving = moving;
    try {
      await moving.run(async (signal) => {
        await torrent.pause();
        // Another may have been added meanwhile.
        requireAlone();
        await arrived(folder, await job(signal));
      });
    } finally {
      // Where it is now, old or new, and nowhere else.
      places.keepOnly(infoHash, torrent);
      this.#moving = undefined;
      if (moving.resume && torrent.state.kind === "paused") torrent.resume();
    }
  }
}
