import type { TorrentRow } from "../../../api/index.ts";
import type { Torrent } from "../../../client/index.ts";
import type { TorrentRecord } from "../records/record.ts";

/** The activities for which a torrent's time is counted. Pauses, checks and failures are not counted. */
export type Activity = "downloading" | "seeding";

/** A torrent of the session: its record and the engine's torrent. */
export interface TorrentEntry {
  readonly id: string;
  readonly torrent: Torrent;
  record: TorrentRecord;
  /** The row as it was last emitted. */
  row: TorrentRow;
  /** Hosts of the trackers. The same array object as long as they do not change. */
  trackerHosts: readonly string[];
  /**
   * Whether the torrent has downloaded since it was started. Only then does its completion count as the end of a
   * download.
   */
  wasDownloading: boolean;
  /** Whether a check that the user requested is running. It runs to its end even if the torrent is not started. */
  isRechecking: boolean;
  /** The activity that is being counted, and its start in milliseconds since 1970. */
  activity: { readonly kind: Activity; readonly since: number } | undefined;
  /** When the torrent last sent or received data, in milliseconds since 1970; `undefined`: never. */
  activeAt: number | undefined;
}
