import type { TorrentRow } from "../../../api/index.ts";
import type { Torrent } from "../../../client/index.ts";
import type { TorrentRecord } from "../records/record.ts";

/** The activities of a torrent whose time is counted. The time of pauses, checks and failures is not counted. */
export type Activity = "downloading" | "seeding";

/** A torrent of the session: its record, its row and the engine's torrent. */
export interface TorrentEntry {
  readonly id: string;
  readonly torrent: Torrent;
  record: TorrentRecord;
  /** The row that was last emitted. */
  row: TorrentRow;
  /** The host names of the torrent's trackers. It is the same array object as long as the names do not change. */
  trackerHosts: readonly string[];
  /**
   * Whether the torrent has downloaded data since it was started. Only then does its completion count as a completed
   * download.
   */
  wasDownloading: boolean;
  /**
   * Whether a check of the data that the user requested is running. Such a check runs to its end even when the torrent
   * is not started.
   */
  isRechecking: boolean;
  /**
   * The activity whose time is being counted, and its start in milliseconds since 1970; `undefined` when none is
   * counted.
   */
  activity: { readonly kind: Activity; readonly since: number } | undefined;
  /**
   * The time at which the torrent last sent or received data, in milliseconds since 1970; `undefined` when it never
   * did.
   */
  activeAt: number | undefined;
}
