import type { Settings } from "../../api/index.ts";
import type { Log, Runtime } from "../../runtime/index.ts";

/** Options of {@link openSession}. */
export interface SessionOptions {
  /** Where everything that survives restarts is kept. */
  readonly stateDir: string;
  /** The settings of the configuration; a setting that was changed while the daemon ran takes precedence. */
  readonly settings: Settings;
  /** The port that peers connect to; 0 for any. */
  readonly peerPort: number;
  /** The address to listen on for peers. Default: all. */
  readonly listenIp?: string;
  /** A program that is run for each download that completes. */
  readonly onCompleteScript?: string;
  /** Whether trackers, and addresses of torrent files, may be on this machine or in private networks. */
  readonly allowPrivateAddresses: boolean;
  /** Whether streams and new torrents may follow symbolic links out of their folder. Default: false. */
  readonly followLinks?: boolean;
  readonly version: string;
  readonly log: Log;
  /** Whether the system reports changes in the watch folder; a simulated one does not. Default: true. */
  readonly hasFileEvents?: boolean;
  /** Default: this machine. One that is given is not closed with the session. */
  readonly runtime?: Runtime;
}
