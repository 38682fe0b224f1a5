import type { Settings } from "../../api/index.ts";
import type { DhtSettings } from "../../client/index.ts";
import type { Log, Runtime } from "../../runtime/index.ts";

/** Options of {@link openSession}. */
export interface SessionOptions {
  /** The state folder, for all data that survives restarts. */
  readonly stateDir: string;
  /** The settings in the configuration. Settings that were changed while the daemon ran take precedence. */
  readonly settings: Settings;
  /** The port that peers connect to; 0 lets the system choose. */
  readonly peerPort: number;
  /** The address to listen on for peers. Default: all. */
  readonly listenIp?: string;
  /** How to take part in the DHT. Default: not at all. */
  readonly dht?: false | DhtSettings;
  /** A program that is run for each download that completes. */
  readonly onCompleteScript?: string;
  /** Whether URLs of trackers and torrent files may be on this machine or in private networks. */
  readonly allowPrivateAddresses: boolean;
  /** Whether streams and new torrents may follow symbolic links out of their folder. Default: false. */
  readonly followLinks?: boolean;
  readonly version: string;
  readonly log: Log;
  /** Whether the system reports changes in the watch folder; a simulated one does not. Default: true. */
  readonly hasFileEvents?: boolean;
  /** The host. Default: this machine. A given runtime is not closed with the session. */
  readonly runtime?: Runtime;
}
