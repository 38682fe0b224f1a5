import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseListenEndpoint, toError } from "../base/index.ts";
import type { Runtime } from "../runtime/index.ts";
import { nodeRuntime } from "../runtime/node/index.ts";
import { kebab, settingsOf, type Config, type LoadedConfig } from "./config/index.ts";
import { startHttp, type HttpServer } from "./http/index.ts";
import { lockFolder } from "./lock.ts";
import { daemonLog, type DaemonLog } from "./log.ts";
import { TransmissionRpc } from "./rpc/index.ts";
import { openSession, type DaemonSession } from "./session/index.ts";
import { openSecret } from "./token.ts";

/** Options of {@link Daemon.start}. */
export interface DaemonOptions {
  readonly config: Config;
  readonly version: string;
  /** The token with which clients log in. Default: the stored token; when there is none, a new one is created. */
  readonly token?: string | undefined;
  /** Called when an authenticated client requests that the daemon stops. */
  readonly onShutdown: () => void;
}

/** The parts of the daemon that must be closed. They are opened in this order. */
interface Opened {
  readonly unlock: () => Promise<void>;
  readonly log: DaemonLog;
  readonly runtime: Runtime;
  readonly session: DaemonSession;
  readonly rpc: TransmissionRpc;
  readonly http: HttpServer;
}

/** Keys of the configuration whose changes take effect only when the daemon is started again. */
const RESTART_ONLY = [
  "listen",
  "stateDir",
  "peerPort",
  "listenIp",
  "bind",
  "proxy",
  "proxyOnly",
  "dhtBootstrap",
  "lsdInterfaces",
  "allowPrivateAddresses",
  "followLinks",
  "onComplete",
] as const satisfies readonly (keyof Config)[];

/** The daemon: a session of torrents, and the HTTP server for it. */
export class Daemon {
  /** The URL of the web page. */
  readonly url: string;
  /** The new token, when the daemon has created one at this start; `undefined` when a token existed or was given. */
  readonly newToken: string | undefined;
  readonly #opened: Opened;
  #config: Config;
  #reloading: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;

  private constructor(opened: Opened, config: Config, newToken: string | undefined) {
    this.#opened = opened;
    this.#config = config;
    this.url = opened.http.url;
    this.newToken = newToken;
  }

  /**
   * Starts the daemon. When that fails, first closes what was already opened, and then rejects with UsageError
   * `daemon.running`, InputError `daemon.token`, NetworkError `net.address-in-use`, or StorageError.
   */
  static async start({ config, version, token, onShutdown }: DaemonOptions): Promise<Daemon> {
    const undo: (() => Promise<void> | void)[] = [];
    try {
      const log = daemonLog(config.logLevel);
      const unlock = await lockFolder(config.stateDir);
      undo.push(unlock);
      const { proxy, proxyOnly, bind } = config;
      const runtime = nodeRuntime({
        log,
        ...(proxy === "" ? {} : { proxy: { url: proxy, only: proxyOnly } }),
        ...(bind === "" ? {} : { bind }),
      });
      undo.push(() => runtime.close());
      const { secret, created } = await openSecret(config.stateDir, token);
      const session = await openSession({
        runtime,
        stateDir: config.stateDir,
        settings: settingsOf(config),
        peerPort: proxyOnly ? false : config.peerPort,
        ...(config.listenIp === "" ? {} : { listenIp: config.listenIp }),
        dht: { bootstrap: config.dhtBootstrap },
        lsd: { interfaces: config.lsdInterfaces },
        ...(config.onComplete === "" ? {} : { onCompleteScript: config.onComplete }),
        allowPrivateAddresses: config.allowPrivateAddresses,
        followLinks: config.followLinks,
        version,
        log,
      });
      undo.push(() => session.close());
      const rpc = new TransmissionRpc({ session, version, stateDir: config.stateDir, onShutdown });
      undo.push(() => rpc.close());
      const { ip, port } = parseListenEndpoint(config.listen);
      const http = await startHttp({
        session,
        host: ip,
        port,
        secret,
        allowedHosts: config.allowedHosts,
        webRoot: fileURLToPath(new URL("../web", import.meta.url)),
        rpc: (request) => rpc.handle(request),
        loginsFile: join(config.stateDir, "logins.json"),
        version,
        log,
      });
      undo.push(() => http.close());
      await created?.keep();
      session.log.info("ready", {
        url: http.url,
        state: config.stateDir,
        peerPort: session.statistics.info().peerPort,
      });
      return new Daemon({ unlock, log, runtime, session, rpc, http }, config, created?.token);
    } catch (error) {
      for (const step of undo.reverse()) await step();
      throw error;
    }
  }

  /**
   * Reads the configuration again with `load`, and applies the changes. When the configuration cannot be read, logs the
   * error and changes nothing.
   */
  reload(load: () => Promise<LoadedConfig>): void {
    const { log, session } = this.#opened;
    this.#reloading = this.#reloading.then(async () => {
      try {
        const { config } = await load();
        await session.settings.reconfigure(settingsOf(config));
        log.level = config.logLevel;
        const restartOnly = RESTART_ONLY.filter((key) => String(config[key]) !== String(this.#config[key]));
        if (restartOnly.length > 0)
          session.log.warn("some changed keys take effect after a restart", {
            keys: restartOnly.map(kebab).join(", "),
          });
        this.#config = { ...config, ...Object.fromEntries(restartOnly.map((key) => [key, this.#config[key]])) };
        session.log.info("the configuration was read again");
      } catch (error) {
        session.log.error("cannot read the configuration; the previous one still applies", {
          reason: toError(error).message,
        });
      }
    });
  }

  /**
   * Stops the HTTP server and the session: announces `stopped` to trackers, writes all state to the disk and releases
   * all resources.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { http, rpc, session, runtime, unlock, log } = this.#opened;
    await this.#reloading;
    await http.close();
    rpc.close();
    await session.close();
    await runtime.close();
    await unlock();
    log.info("stopped");
  }
}
