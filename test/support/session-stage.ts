import type { Settings } from "../../src/api/index.ts";
import { openSession, type DaemonSession, type SessionOptions } from "../../src/daemon/session/index.ts";
import { silentLog, type Runtime } from "../../src/runtime/index.ts";
import type { SimHost } from "../../src/sim/index.ts";
import { SETTINGS } from "./settings.ts";
import { makePlay, Stage, type Actor, type Play } from "./stage.ts";

/** Sessions of the daemon on simulated hosts, with a seeder at 10.0.0.1. */
export class SessionStage {
  readonly stage: Stage;
  readonly seeder: Actor;
  readonly host: SimHost;
  readonly #sessions: { readonly session: DaemonSession; readonly runtime: Runtime; readonly host: SimHost }[] = [];

  private constructor(stage: Stage, seeder: Actor, host: SimHost) {
    this.stage = stage;
    this.seeder = seeder;
    this.host = host;
  }

  static async begin(
    sizes: Readonly<Record<string, number>> = { "one.bin": 1_000_000 },
    up?: number,
  ): Promise<SessionStage> {
    const stage = new Stage(await makePlay(sizes));
    const seeder = await stage.seeder("10.0.0.1", up === undefined ? {} : { up });
    return new SessionStage(stage, seeder, stage.world.host("10.0.0.2"));
  }

  get play(): Play {
    return this.stage.play;
  }

  /** The play's torrent file. */
  get torrent(): Uint8Array {
    return this.play.metainfo.torrentBytes();
  }

  async open(
    settings: Partial<Settings> = {},
    options: Partial<SessionOptions> = {},
    host = this.host,
  ): Promise<DaemonSession> {
    const { runtime } = host;
    const all: SessionOptions = {
      stateDir: "/state",
      settings: { ...SETTINGS, ...settings },
      peerPort: 6881,
      allowPrivateAddresses: true,
      version: "0.0.0",
      log: silentLog,
      runtime,
      hasFileEvents: false,
      ...options,
    };
    const session = await this.wait(openSession(all), 600_000);
    this.#sessions.push({ session, runtime, host });
    return session;
  }

  wait<T>(promise: Promise<T>, ms = 60_000): Promise<T> {
    return this.stage.world.settled(promise, ms);
  }

  run(ms: number): Promise<void> {
    return this.stage.world.run(ms);
  }

  reach(session: DaemonSession, id: string, state: string, ms = 60_000): Promise<boolean> {
    return this.stage.world.until(() => session.torrents.row(id)?.state === state, ms);
  }

  async close(): Promise<void> {
    for (const { session, runtime, host } of this.#sessions)
      if (host.runtime === runtime) await this.wait(session.close());
    await this.stage.close();
  }
}
