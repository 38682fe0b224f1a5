import type * as Api from "../../../api/index.ts";
import type { SessionContext } from "../context.ts";
import { openFile } from "../files/file-reading.ts";
import { LoadMeter } from "../rows/load-meter.ts";
import * as views from "../rows/views.ts";
import type { FileReading, SessionDetails, SessionTorrents } from "../session.ts";
import type { TorrentEntry } from "./torrent-entry.ts";

/** Options of {@link Details}. */
export interface DetailsOptions {
  readonly context: SessionContext;
  /** Whether a symbolic link may lead out of a torrent's folder. */
  readonly followLinks: boolean;
  readonly setPriorities: SessionTorrents["setPriorities"];
}

/** The details of single torrents, and access to their data. */
export class Details implements SessionDetails {
  readonly #options: DetailsOptions;
  readonly #load = new LoadMeter();
  /** The paused torrents whose state is being read from the disk, because a client has requested their details. */
  readonly #recalling = new Set<TorrentEntry>();

  constructor(options: DetailsOptions) {
    this.#options = options;
  }

  of(id: string): Api.TorrentDetail {
    return views.detailOf(this.#recalled(id), this.#options.context.runtime.clock.wallTime(), this.#load.read());
  }

  files(id: string): readonly Api.TorrentFile[] {
    return views.filesOf(this.#recalled(id));
  }

  peers(id: string): readonly Api.TorrentPeer[] {
    return views.peersOf(this.#get(id));
  }

  trackers(id: string): readonly Api.TorrentTracker[] {
    return views.trackersOf(this.#get(id));
  }

  pieces(id: string): Api.TorrentPieces {
    return views.piecesOf(this.#recalled(id));
  }

  torrentFile(id: string): Uint8Array | undefined {
    return this.#get(id).torrent.torrentBytes();
  }

  async open(id: string, file: number): Promise<FileReading> {
    const { context, followLinks, setPriorities } = this.#options;
    return openFile(this.#get(id), file, {
      files: context.runtime.files,
      followLinks,
      setPriorities: (priorities) => setPriorities(id, priorities),
    });
  }

  #get(id: string): TorrentEntry {
    return this.#options.context.table.current().get(id);
  }

  /**
   * Returns a torrent of the engine. When it is paused and not opened, starts to read the state of its data from the
   * disk, so that the next call returns more details.
   */
  #recalled(id: string): TorrentEntry {
    const { log, table } = this.#options.context;
    const entry = this.#get(id);
    if (!entry.torrent.isOpened && entry.torrent.state.kind === "paused" && !this.#recalling.has(entry)) {
      this.#recalling.add(entry);
      entry.torrent
        .recall()
        .then(
          () => table.touch(entry),
          (error: unknown) =>
            log.debug("cannot read the state of a paused torrent's data from the disk", {
              infoHash: id,
              reason: String(error),
            }),
        )
        .finally(() => this.#recalling.delete(entry));
    }
    return entry;
  }
}
