import type { MillraceError } from "../../base/index.ts";
import type { Metainfo } from "../../metainfo/index.ts";
import type { TorrentState } from "./state.ts";
import type { TorrentStatus } from "./report/status.ts";

/** The events of a torrent. */
export interface TorrentEvents {
  /** Emitted when the state has changed. */
  state: [state: TorrentState];
  /** Emitted when the metadata of a magnet link's torrent has been received. */
  metadata: [metainfo: Metainfo];
  /** Emitted when peers have sent the piece layers that a v2 torrent lacked: the torrent file has them now (BEP 52). */
  layers: [];
  /** Emitted when a piece has been verified and stored. */
  piece: [piece: number];
  /** Emitted about once a second while the torrent has peers. */
  progress: [status: TorrentStatus];
  /** Emitted when all wanted data is verified and durable. */
  complete: [];
  /** Emitted when the status of a tracker has changed; see {@link Torrent.trackers}. */
  trackers: [];
  /** Emitted for a problem that does not stop the torrent. */
  warning: [error: MillraceError];
  /** Emitted when the torrent has failed. {@link Torrent.state} has the same error. */
  failed: [error: MillraceError];
}
