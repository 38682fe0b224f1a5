import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { eventually, freePort, Program } from "./process.ts";
import { DELUGED, PYTHON } from "./programs.ts";
import type { RealClient, Task } from "./real-clients.ts";

interface Status {
  readonly state: string;
  readonly message: string;
  readonly complete: boolean;
}

/** Deluge's daemon, driven by its client library. */
export class Deluge implements RealClient {
  readonly port: number;
  readonly #daemon: Program;
  readonly #worker: Program;
  #status: Status | undefined;

  private constructor(port: number, daemon: Program, worker: Program) {
    this.port = port;
    this.#daemon = daemon;
    this.#worker = worker;
    worker.lines((line) => {
      this.#status = JSON.parse(line) as Status;
    });
  }

  static async start(task: Task): Promise<Deluge> {
    const [port, rpc] = [await freePort(), await freePort()];
    const home = join(task.home, "deluge");
    await mkdir(home, { recursive: true });
    const settings = {
      daemon_port: rpc,
      download_location: task.dir,
      listen_ports: [port, port],
      random_port: false,
      listen_interface: task.ip ?? "127.0.0.1",
      outgoing_interface: task.ip ?? "127.0.0.1",
      dht: false,
      upnp: false,
      natpmp: false,
      utpex: false,
      lsd: false,
      // 2: no encryption.
      enc_in_policy: 2,
      enc_out_policy: 2,
      new_release_check: false,
    };
    await writeFile(join(home, "core.conf"), `${JSON.stringify({ file: 1, format: 1 })}${JSON.stringify(settings)}`);
    await writeFile(join(home, "auth"), "test:test:10\n");
    const env = { ...process.env, HOME: task.home, XDG_CONFIG_HOME: task.home };
    const daemon = new Program(
      DELUGED,
      [
        "--do-not-daemonize",
        "--config",
        home,
        "--port",
        String(rpc),
        "--ui-interface",
        "127.0.0.1",
        "--loglevel",
        "warning",
      ],
      { env },
    );
    const script = fileURLToPath(new URL("deluge_worker.py", import.meta.url));
    const worker = new Program(
      PYTHON,
      [script, JSON.stringify({ rpc, source: task.source, dir: task.dir, seed: task.seed })],
      { env },
    );
    const client = new Deluge(port, daemon, worker);
    await eventually("deluge has the torrent", () => client.#current());
    if (task.seed) await client.complete();
    return client;
  }

  async complete(): Promise<void> {
    await eventually("deluge is complete", () => this.#current()?.complete === true);
  }

  async stop(): Promise<void> {
    await Promise.all([this.#worker.stop("SIGKILL"), this.#daemon.stop("SIGKILL")]);
  }

  #current(): Status | undefined {
    for (const program of [this.#daemon, this.#worker]) if (program.hasExited) throw program.failure("ended");
    if (this.#status?.state === "Error") throw new Error(`deluge: ${this.#status.message}`);
    return this.#status;
  }
}
