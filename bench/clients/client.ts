import type { Child } from "../lib/child.ts";
import type { TorrentFile } from "../lib/data.ts";

/** A seeder is ready within this many seconds. */
export const READY_SECONDS = 120;

export interface SeedJob {
  readonly torrent: TorrentFile;
  /** Where the complete file lies. */
  readonly dir: string;
  readonly port: number;
  /** An empty folder for its own files. */
  readonly home: string;
}

export interface LeechJob {
  readonly torrent: TorrentFile;
  /** An empty folder. */
  readonly dir: string;
  readonly port: number;
  readonly home: string;
  /** Ports on 127.0.0.1 where seeders listen. */
  readonly peers: readonly number[];
}

/** A BitTorrent client that the benchmark can run on either end of a transfer. */
export interface TransferClient {
  readonly name: string;
  /** Resolves when peers may connect. It believes that its data is right: checking it is not part of the run. */
  seed(job: SeedJob): Promise<Child>;
  /**
   * Resolves when it has been told its peers. It tells "complete" when the last piece is checked, and keeps running.
   */
  leech(job: LeechJob): Promise<Child>;
}
