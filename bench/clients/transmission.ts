/** transmission-daemon through its RPC, for `verify`: as a leecher and seeder it waits for timers, not for work. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Child } from "../lib/child.ts";
import { poll } from "../lib/wait.ts";
import { READY_SECONDS } from "./client.ts";

/** Seconds between requests for its state. */
const LOOK_SECONDS = 0.02;
/** Its state of a torrent that does nothing. */
const STOPPED = 0;

interface Answer {
  readonly result: string;
  readonly arguments: { readonly torrents?: readonly { readonly status: number; readonly percentDone: number }[] };
}

export class Transmission {
  readonly child: Child;
  readonly #url: string;
  #session = "";

  private constructor(child: Child, rpcPort: number) {
    this.child = child;
    this.#url = `http://127.0.0.1:${rpcPort}/transmission/rpc`;
  }

  static async start(job: {
    readonly home: string;
    readonly dir: string;
    readonly port: number;
    readonly rpcPort: number;
  }): Promise<Transmission> {
    const config = join(job.home, "transmission");
    await mkdir(config, { recursive: true });
    const settings = {
      "dht-enabled": false,
      "lpd-enabled": false,
      "pex-enabled": false,
      "utp-enabled": false,
      "port-forwarding-enabled": false,
      "bind-address-ipv4": "127.0.0.1",
      "bind-address-ipv6": "::1",
      "peer-port": job.port,
      "rpc-port": job.rpcPort,
      "rpc-bind-address": "127.0.0.1",
      "rpc-authentication-required": false,
      "rpc-whitelist-enabled": false,
      "download-dir": job.dir,
    };
    await writeFile(join(config, "settings.json"), JSON.stringify(settings));
    const child = new Child("transmission", ["transmission-daemon", "-f", "-g", config]);
    const transmission = new Transmission(child, job.rpcPort);
    await poll(
      READY_SECONDS,
      0.05,
      () => transmission.#ask("session-get").catch(() => undefined),
      "transmission answers",
    );
    return transmission;
  }

  async add(torrentPath: string): Promise<void> {
    await this.#ask("torrent-add", { metainfo: (await readFile(torrentPath)).toString("base64"), paused: true });
    // It checks existing data when a torrent is added.
    await this.#untilStopped(READY_SECONDS);
  }

  /** Resolves when all data was checked again and is right. */
  async verify(seconds: number): Promise<void> {
    await this.#ask("torrent-verify", { ids: 1 });
    await poll(
      1,
      0.002,
      async () => ((await this.#look()).status === STOPPED ? undefined : true),
      "transmission begins to verify",
    ).catch(() => undefined);
    await this.#untilStopped(seconds);
  }

  async #untilStopped(seconds: number): Promise<void> {
    await poll(
      seconds,
      LOOK_SECONDS,
      async () => {
        const { status, percentDone } = await this.#look();
        return status === STOPPED && percentDone === 1 ? true : undefined;
      },
      "transmission verifies",
    );
  }

  async #look(): Promise<{ readonly status: number; readonly percentDone: number }> {
    const { torrents = [] } = (await this.#ask("torrent-get", { fields: ["status", "percentDone"] })).arguments;
    return torrents[0] ?? { status: -1, percentDone: 0 };
  }

  async #ask(method: string, args: object = {}): Promise<Answer> {
    for (;;) {
      const response = await fetch(this.#url, {
        method: "POST",
        headers: { "x-transmission-session-id": this.#session },
        body: JSON.stringify({ method, arguments: args }),
      });
      if (response.status !== 409) return (await response.json()) as Answer;
      this.#session = response.headers.get("x-transmission-session-id") ?? "";
      await response.arrayBuffer();
    }
  }
}
