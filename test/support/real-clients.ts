import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { completionHook } from "./lan-clients.ts";
import { DEADLINE_MS, eventually, freePort, Program } from "./process.ts";
import { ARIA2, PYTHON, TRANSMISSION } from "./programs.ts";

/** The task of a real client. */
export interface Task {
  /** A folder for its configuration and state, used for this task alone. */
  readonly home: string;
  /** A torrent file, or a magnet link. */
  readonly source: string;
  /** The folder of the data. */
  readonly dir: string;
  /** Whether it has the data already. */
  readonly seed: boolean;
  /** The loopback address, for clients that connect to one peer of an address only. Default 127.0.0.1. */
  readonly ip?: string;
  /** Bytes a second. */
  readonly up?: number;
  readonly down?: number;
  /** Whether libtorrent and Transmission exchange peers. Default: no. */
  readonly pex?: boolean;
  /** Whether libtorrent uses uTP and no TCP, and Transmission uTP if it can. Default: neither uses uTP. */
  readonly utp?: boolean;
  /** How its connections are encrypted. Default: not, or as little as the client can. */
  readonly encryption?: "disabled" | "preferred" | "required" | undefined;
}

/** A running client. */
export interface RealClient {
  readonly port: number;
  /** Resolves when it reports that it is complete. */
  complete(): Promise<void>;
  stop(): Promise<void>;
}

interface LibtorrentStatus {
  readonly complete: boolean;
  readonly pieces: string;
  readonly metadata: boolean;
  readonly error: string;
}

export class Libtorrent implements RealClient {
  readonly port: number;
  readonly #program: Program;
  #status: LibtorrentStatus | undefined;

  private constructor(port: number, program: Program) {
    this.port = port;
    this.#program = program;
    program.lines((line) => {
      this.#status = JSON.parse(line) as LibtorrentStatus;
    });
  }

  static async start(task: Task, options: { readonly ipv6?: boolean } = {}): Promise<Libtorrent> {
    const port = await freePort();
    const worker = fileURLToPath(new URL("libtorrent_worker.py", import.meta.url));
    const { dir, seed, up = 0, down = 0, pex = false, source, encryption = "disabled", utp = false } = task;
    const what = source.startsWith("magnet:") ? { magnet: source } : { torrent: source };
    const client = new Libtorrent(
      port,
      new Program(PYTHON, [
        worker,
        JSON.stringify({ ...what, port, dir, seed, up, down, pex, encryption, utp, ...options }),
      ]),
    );
    await eventually("libtorrent runs", () => client.#current());
    return client;
  }

  connect(ip: string, port: number): void {
    this.#program.child.stdin?.write(`${JSON.stringify({ connect: [[ip, port]] })}\n`);
  }

  /** One character for each piece: `1` if it is downloaded. */
  get pieces(): string {
    return this.#current()?.pieces ?? "";
  }

  async complete(): Promise<void> {
    await eventually("libtorrent is complete", () => this.#current()?.complete === true);
  }

  async hasMetadata(): Promise<void> {
    await eventually("libtorrent has the metadata", () => this.#current()?.metadata === true);
  }

  stop(): Promise<void> {
    return this.#program.stop("SIGKILL");
  }

  #current(): LibtorrentStatus | undefined {
    if (this.#program.hasExited) throw this.#program.failure("ended");
    if (this.#status !== undefined && this.#status.error !== "") throw new Error(`libtorrent: ${this.#status.error}`);
    return this.#status;
  }
}

export class Transmission implements RealClient {
  readonly port: number;
  readonly #rpcPort: number;
  readonly #program: Program;
  #session = "";

  private constructor(port: number, rpcPort: number, program: Program) {
    this.port = port;
    this.#rpcPort = rpcPort;
    this.#program = program;
  }

  static async start(task: Task): Promise<Transmission> {
    const [port, rpcPort] = [await freePort(), await freePort()];
    const config = join(task.home, "transmission");
    await mkdir(config, { recursive: true });
    const off = [
      "dht",
      "lpd",
      "port-forwarding",
      "rpc-whitelist",
      "rpc-host-whitelist",
      "blocklist",
      "download-queue",
      "seed-queue",
    ];
    const settings = {
      ...Object.fromEntries(off.map((name) => [`${name}-enabled`, false])),
      "pex-enabled": task.pex === true,
      "utp-enabled": task.utp === true,
      encryption: task.encryption === "required" ? 2 : task.encryption === "preferred" ? 1 : 0,
      "bind-address-ipv4": "127.0.0.1",
      "bind-address-ipv6": task.ip?.includes(":") === true ? task.ip : "::1",
      "peer-port": port,
      "rpc-enabled": true,
      "rpc-port": rpcPort,
      "rpc-bind-address": "127.0.0.1",
      "rpc-authentication-required": false,
      "download-dir": task.dir,
      "speed-limit-up-enabled": task.up !== undefined,
      "speed-limit-up": Math.ceil((task.up ?? 0) / 1000),
    };
    await writeFile(join(config, "settings.json"), JSON.stringify(settings));
    const client = new Transmission(port, rpcPort, new Program(TRANSMISSION, ["-f", "-g", config]));
    await eventually("transmission answers", () => client.rpc("session-get", {}).catch(() => undefined));
    const what = task.source.startsWith("magnet:")
      ? { filename: task.source }
      : { metainfo: (await readFile(task.source)).toString("base64") };
    await client.rpc("torrent-add", { ...what, "download-dir": task.dir });
    if (task.seed) await client.complete();
    return client;
  }

  async complete(): Promise<void> {
    await eventually("transmission is complete", async () => {
      const [torrent] = await this.#torrents();
      // 5 and 6: queued for seeding, and seeding.
      return torrent?.leftUntilDone === 0 && torrent.percentDone === 1 && torrent.status >= 5;
    });
  }

  stop(): Promise<void> {
    return this.#program.stop("SIGKILL");
  }

  /** Names of the clients that it lists as peers. */
  async peerClients(): Promise<string[]> {
    const { torrents } = (await this.rpc("torrent-get", { fields: ["peers"] })) as {
      torrents: { peers: { clientName: string }[] }[];
    };
    return torrents.flatMap(({ peers }) => peers.map(({ clientName }) => clientName));
  }

  async #torrents(): Promise<{ percentDone: number; leftUntilDone: number; status: number }[]> {
    const answer = await this.rpc("torrent-get", { fields: ["percentDone", "leftUntilDone", "status"] });
    return (answer as { torrents: { percentDone: number; leftUntilDone: number; status: number }[] }).torrents;
  }

  /** One call of its RPC: the arguments of the reply. Rejects when it is no success. */
  async rpc(method: string, args: object): Promise<object> {
    if (this.#program.hasExited) throw this.#program.failure("ended");
    for (;;) {
      const response = await fetch(`http://127.0.0.1:${this.#rpcPort}/transmission/rpc`, {
        method: "POST",
        headers: { "x-transmission-session-id": this.#session },
        body: JSON.stringify({ method, arguments: args }),
        signal: AbortSignal.timeout(DEADLINE_MS),
      });
      if (response.status === 409) {
        this.#session = response.headers.get("x-transmission-session-id") ?? "";
        await response.arrayBuffer();
        continue;
      }
      const answer = (await response.json()) as { result: string; arguments: object };
      if (answer.result !== "success") throw new Error(`transmission: ${answer.result}`);
      return answer.arguments;
    }
  }
}

export class Aria2 implements RealClient {
  readonly port: number;
  readonly #program: Program;
  readonly #flag: string;

  private constructor(port: number, program: Program, flag: string) {
    this.port = port;
    this.#program = program;
    this.#flag = flag;
  }

  static async start(task: Task): Promise<Aria2> {
    const port = await freePort();
    await mkdir(task.home, { recursive: true });
    const { flag, hook } = await completionHook(task.home);
    const args = [
      "--no-conf",
      // aria2 uses UDP trackers only when its DHT is on; without an entry point the DHT contacts no node.
      "--enable-dht=true",
      `--dht-listen-port=${await freePort()}`,
      `--dht-file-path=${join(task.home, "aria2-dht.dat")}`,
      "--enable-dht6=false",
      "--bt-enable-lpd=false",
      "--enable-peer-exchange=false",
      "--disable-ipv6",
      `--bt-require-crypto=${task.encryption === "required"}`,
      `--bt-min-crypto-level=${task.encryption === "required" ? "arc4" : "plain"}`,
      "--file-allocation=none",
      "--summary-interval=0",
      "--console-log-level=warn",
      "--show-console-readout=false",
      "--follow-torrent=mem",
      "--bt-external-ip=127.0.0.1",
      "--interface=127.0.0.1",
      "--seed-ratio=0.0",
      `--dir=${task.dir}`,
      `--listen-port=${port}`,
      `--max-overall-upload-limit=${task.up ?? 0}`,
      `--max-overall-download-limit=${task.down ?? 0}`,
      `--on-bt-download-complete=${hook}`,
      ...(task.seed ? ["--bt-seed-unverified=true"] : []),
      task.source,
    ];
    return new Aria2(port, new Program(ARIA2, args), flag);
  }

  async complete(): Promise<void> {
    await eventually("aria2 is complete", () => {
      if (this.#program.hasExited) throw this.#program.failure("ended");
      return existsSync(this.#flag);
    });
  }

  stop(): Promise<void> {
    return this.#program.stop("SIGKILL");
  }
}

/** SHA-256 of a file, in hexadecimal. */
export async function sha256(path: string): Promise<string> {
  const sum = createHash("sha256");
  for await (const chunk of createReadStream(path)) sum.update(chunk as Buffer);
  return sum.digest("hex");
}
