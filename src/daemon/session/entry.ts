import type { TorrentRow } from "../../api/index.ts";
import type { Torrent } from "../../client/index.ts";
import type { TorrentRecord } from "./record.ts";

/** A torrent of the session: what is remembered of it, and the engine's torrent. */
export interface Entry {
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
  /** Milliseconds since 1970, while it seeds. */
  seedingSince: number | undefined;
}
