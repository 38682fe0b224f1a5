import { fileURLToPath } from "node:url";
import type { LanHost } from "./lan.ts";
import { eventually, freePort, Program } from "./process.ts";
import { PYTHON } from "./programs.ts";

interface Report {
  readonly ready?: true;
  readonly nodes?: readonly number[];
  readonly torrent?: { readonly name: string; readonly complete: boolean; readonly metadata: boolean };
  readonly put?: string;
  readonly put_done?: number;
  readonly immutable?: string;
  readonly mutable?: string;
  readonly item?: string;
  readonly seq?: number;
}

/** Options of {@link LibtorrentDht.start}. */
export interface LibtorrentDhtOptions {
  readonly ipv6?: boolean;
  /** The host on which the nodes run. Default: this machine. */
  readonly on?: LanHost;
}

/** A private DHT of real libtorrent nodes, on the loopback address or on one host of a LAN. */
export class LibtorrentDht {
  readonly ports: readonly number[];
  readonly reports: Report[] = [];
  readonly #program: Program;
  readonly #host: string;

  private constructor(ports: readonly number[], program: Program, host: string) {
    this.ports = ports;
    this.#program = program;
    this.#host = host;
    program.lines((line) => void this.reports.push(JSON.parse(line) as Report));
  }

  /** Starts `count` nodes, and waits until each knows others. */
  static async start(count: number, { ipv6 = false, on }: LibtorrentDhtOptions = {}): Promise<LibtorrentDht> {
    const ports: number[] = [];
    while (ports.length < count) ports.push(on === undefined ? await freePort() : 7_001 + ports.length);
    const worker = fileURLToPath(new URL("libtorrent_dht.py", import.meta.url));
    const ip = on === undefined ? (ipv6 ? "::1" : "127.0.0.1") : ipv6 ? on.ip6 : on.ip;
    const args = [worker, JSON.stringify({ ports, ipv6, ip })];
    const program = on === undefined ? new Program(PYTHON, args) : on.run(PYTHON, args);
    const dht = new LibtorrentDht(ports, program, ipv6 ? `[${ip}]` : ip);
    await eventually("libtorrent's nodes know each other", () => {
      if (program.hasExited) throw program.failure("ended");
      return dht.#last("nodes")?.every((known) => known >= 2) === true;
    });
    return dht;
  }

  /** `HOST:PORT` of the first three nodes. */
  get bootstrap(): string[] {
    return this.ports.slice(0, 3).map((port) => `${this.#host}:${port}`);
  }

  send(order: object): void {
    this.#program.child.stdin?.write(`${JSON.stringify(order)}\n`);
  }

  /** Waits until a torrent that was added by that name is complete. */
  async complete(name: string): Promise<void> {
    await eventually(`libtorrent's ${name} is complete`, () =>
      this.reports.some(({ torrent }) => torrent?.name === name && torrent.complete),
    );
  }

  /** Waits for a report that has a key. */
  async report(key: keyof Report, test: (report: Report) => boolean = () => true): Promise<Report> {
    return eventually(`libtorrent reports ${key}`, () =>
      this.reports.find((each) => each[key] !== undefined && test(each)),
    );
  }

  stop(): Promise<void> {
    return this.#program.stop("SIGKILL");
  }

  #last<K extends keyof Report>(key: K): Report[K] | undefined {
    return this.reports.findLast((report) => report[key] !== undefined)?.[key];
  }
}
