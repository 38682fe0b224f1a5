import type { TorrentRow } from "../../../api/index.ts";
import type { Torrent } from "../../../client/index.ts";
import type { TorrentRecord } from "../records/record.ts";

/** What the time of a torrent is counted for. Pauses, checks and failures count for nothing. */
export type Activity = "downloading" | "seeding";

/** A torrent of the session: what is remembered of it, and the engine's torrent. */
export interface TorrentEntry {
  readonly id: string;
  readonly torrent: Torrent;
  record: TorrentRecord;
  /** As it was last told. */
  row: TorrentRow;
  /** Hosts of its trackers: the same array as long as they are the same. */
  trackerHosts: readonly string[];
  /** It was seen to download since it was started: completion is news then. */
  wasDownloading: boolean;
  /** A check was asked for: it runs until that is done, started or not. */
  isRechecking: boolean;
  /** What its time is counted for, and since when: milliseconds since 1970. */
  activity: { readonly kind: Activity; readonly since: number } | undefined;
  /** When it last sent or received data: milliseconds since 1970. */
  activeAt: number | undefined;
}
