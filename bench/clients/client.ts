import type { Child } from "../lib/child.ts";
import type { TorrentFile } from "../lib/data.ts";

/** A seeder is ready within this many seconds. */
export const READY_SECONDS = 120;

export interface SeedJob {
  readonly torrent: TorrentFile;
  /** The folder of the complete file. */
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
  /** Resolves when peers may connect. The client skips the check of its data, which is not part of the run. */
  seed(job: SeedJob): Promise<Child>;
  /**
   * Resolves when it has its peers. It reports "complete" when the last piece is checked, and keeps running.
   */
  leech(job: LeechJob): Promise<Child>;
}
