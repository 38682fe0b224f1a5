import type { TorrentRow } from "../../../api/index.ts";
import type { Torrent } from "../../../client/index.ts";
import type { TorrentRecord } from "../records/record.ts";

/** The activity that a torrent's time is counted for. Pauses, checks and failures are not counted. */
export type Activity = "downloading" | "seeding";

/** A torrent of the session: its record and the engine's torrent. */
export interface TorrentEntry {
  readonly id: string;
  readonly torrent: Torrent;
  record: TorrentRecord;
  /** The row, as last emitted. */
  row: TorrentRow;
  /** Hosts of its trackers: the same array as long as they are the same. */
  trackerHosts: readonly string[];
  /** It has downloaded since it was started, so its completion is the end of a download. */
  wasDownloading: boolean;
  /** The user has requested a check: it runs to its end, whether the torrent is started or not. */
  isRechecking: boolean;
  /** The counted activity and its start, in milliseconds since 1970. */
  activity: { readonly kind: Activity; readonly since: number } | undefined;
  /** When it last sent or received data: milliseconds since 1970. */
  activeAt: number | undefined;
}
