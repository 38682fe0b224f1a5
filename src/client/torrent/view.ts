import { EventEmitter } from "node:events";
import type { InfoHash } from "../../base/index.ts";
import { formatMagnet, magnetOf, type Magnet, type Metainfo } from "../../metainfo/index.ts";
import type { Swarm } from "../../swarm/index.ts";
import { fileStatuses, peerStatuses, torrentStatus } from "./report.ts";
import type { Selection } from "../content/selection.ts";
import type { TorrentEvents } from "./events.ts";
import type { TorrentState } from "./state.ts";
import type { FileStatus, PeerStatus, TorrentStatus } from "./status.ts";
import type { Tally } from "./tally.ts";

/** What a torrent is seen through. */
export interface ViewedParts {
  readonly magnet: Magnet | undefined;
  /** What is wanted; `undefined` while the files are not known. */
  readonly selection: Selection | undefined;
  readonly swarm: Swarm | undefined;
  readonly tally: Tally;
}

/** All that can be asked of a torrent, and changes nothing. */
export abstract class TorrentView extends EventEmitter<TorrentEvents> {
  abstract readonly infoHash: InfoHash;
  /** The folder that the data is in, the torrent's own left out. */
  abstract readonly folder: string;
  abstract readonly state: TorrentState;
  /** `undefined` while a magnet link's torrent is being fetched. */
  abstract readonly metainfo: Metainfo | undefined;
  /** Whether what is there of the data was found out since the torrent was added: before, progress says nothing. */
  abstract readonly isOpened: boolean;

  protected abstract parts(): ViewedParts;
  /** The selection, made when there is none yet: ten thousand paused torrents do without. */
  protected abstract selectFiles(): Selection | undefined;

  get name(): string {
    return this.metainfo?.name ?? this.parts().magnet?.name ?? this.infoHash.hex;
  }

  /** Its magnet link: of the torrent, or what was given while its metadata is being fetched. */
  get magnet(): string {
    return formatMagnet(
      this.metainfo === undefined ? (this.parts().magnet ?? { infoHash: this.infoHash }) : magnetOf(this.metainfo),
    );
  }

  /** Where the data is: the file, or the folder of many. `undefined` while the metadata is not known. */
  get path(): string | undefined {
    return this.metainfo === undefined ? undefined : `${this.folder}/${this.metainfo.name}`;
  }

  status(): TorrentStatus {
    const { selection, swarm, tally } = this.parts();
    const { state, metainfo } = this;
    return torrentStatus({ state, metainfo, selection, swarm, downloaded: tally.downloaded, uploaded: tally.uploaded });
  }

  peers(): PeerStatus[] {
    return peerStatuses(this.parts().swarm);
  }

  files(): FileStatus[] {
    return fileStatuses(this.metainfo, this.selectFiles());
  }

  /** The pieces that are there, packed as BEP 3 has them; `undefined` while that is not known. */
  pieces(): Uint8Array | undefined {
    return this.isOpened ? this.parts().selection?.have.pack() : undefined;
  }

  /** Connected peers that have each piece, 255 for more; `undefined` while it exchanges no pieces. */
  availability(): Uint8Array | undefined {
    return this.parts().swarm?.downloader?.picker.availabilities();
  }

  /** Pieces on their way. */
  activePieces(): number[] {
    return this.parts().swarm?.downloader?.activePieces() ?? [];
  }

  /** The torrent as a file; `undefined` while it is being fetched. */
  torrentBytes(): Uint8Array | undefined {
    return this.metainfo?.torrentBytes();
  }
}
