import type { MillraceError } from "../../base/index.ts";
import type { Metainfo } from "../../metainfo/index.ts";
import type { TorrentState } from "./state.ts";
import type { TorrentStatus } from "./status.ts";

/** What a torrent tells, by event name. */
export interface TorrentEvents {
  /** It does something else now. */
  state: [state: TorrentState];
  /** A magnet link's torrent is known. */
  metadata: [metainfo: Metainfo];
  /** A piece is stored. */
  piece: [piece: number];
  /** About once a second while it has peers. */
  progress: [status: TorrentStatus];
  /** Everything wanted is there and verified. */
  complete: [];
  /** What is known of its trackers changed; see {@link Torrent.trackers}. */
  trackers: [];
  /** Something a user may want to know; the torrent goes on. */
  warning: [error: MillraceError];
  /** The torrent cannot go on; see {@link Torrent.state}. */
  failed: [error: MillraceError];
}
