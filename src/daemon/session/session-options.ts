import type { Settings } from "../../api/index.ts";
import type { DhtSettings, LsdSettings } from "../../client/index.ts";
import type { Log, Runtime } from "../../runtime/index.ts";

/** Options of {@link openSession}. */
export interface SessionOptions {
  /** The path of the state folder, in which all data that must survive a restart is stored. */
  readonly stateDir: string;
  /**
   * The settings in the configuration. A setting that was changed while the daemon ran takes precedence over them.
   */
  readonly settings: Settings;
  /** The port on which to listen for peers. With 0 the system chooses a free port; `false`: do not listen. */
  readonly peerPort: number | false;
  /** The IP address on which to listen for peers. Default: all addresses. */
  readonly listenIp?: string;
  /** The settings of the DHT while it is on. */
  readonly dht?: DhtSettings;
  /** The settings of local service discovery (BEP 14) while it is on. */
  readonly lsd?: LsdSettings;
  /** The path of a program that is run for each completed download. Default: none. */
  readonly onCompleteScript?: string;
  /** Whether URLs of trackers and torrent files may lead to this machine or to private networks. */
  readonly allowPrivateAddresses: boolean;
  /** Whether streams and new torrents may follow symbolic links out of their folders. Default: false. */
  readonly followLinks?: boolean;
  readonly version: string;
  readonly log: Log;
  /** Whether the system reports changes in the watch folder. A simulated system does not. Default: true. */
  readonly hasFileEvents?: boolean;
  /**
   * The runtime: access to disk, network and clock. Default: those of this machine. A runtime that is passed here is
   * not closed with the session.
   */
  readonly runtime?: Runtime;
}
