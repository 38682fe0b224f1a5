/** libtorrent-rasterbar, through its Python binding: a peer to compare with, and the other end of every transfer. */
import { Child } from "../lib/child.ts";
import type { TorrentFile } from "../lib/data.ts";
import { READY_SECONDS } from "./client.ts";
import type { LeechJob, SeedJob, TransferClient } from "./client.ts";

export class Libtorrent implements TransferClient {
  readonly name = "libtorrent";
  readonly #python: string;
  readonly #driver: string;

  readonly #settings: Readonly<Record<string, unknown>>;

  /** `settings`: of its settings pack, in addition to those of the driver. */
  constructor(python: string, driver: string, settings: Readonly<Record<string, unknown>> = {}) {
    this.#python = python;
    this.#driver = driver;
    this.#settings = settings;
  }

  /** The command that runs the driver in one of its modes. */
  command(job: Readonly<Record<string, unknown>>): string[] {
    return [this.#python, this.#driver, JSON.stringify({ ...job, settings: this.#settings })];
  }

  start(job: Readonly<Record<string, unknown>>): Child {
    return new Child(this.name, this.command(job));
  }

  seed(job: SeedJob): Promise<Child> {
    return this.seedAll(job.torrent, job.dir, [job.port]);
  }

  /** One seeder behind each port, all in one process, each with its own share of the pieces. */
  async seedAll(torrent: TorrentFile, dir: string, ports: readonly number[]): Promise<Child> {
    const child = this.start({ mode: "seed", torrent: torrent.path, dir, ports });
    await child.waitFor("ready", READY_SECONDS);
    return child;
  }

  leech(job: LeechJob): Promise<Child> {
    return this.leechAll(job.torrent, [job.dir], [job.port], job.peers);
  }

  /** One leecher for each port and folder, all in one process. */
  async leechAll(
    torrent: TorrentFile,
    dirs: readonly string[],
    ports: readonly number[],
    peers: readonly number[],
  ): Promise<Child> {
    const child = this.start({ mode: "leech", torrent: torrent.path, dirs, ports });
    await child.waitFor("ready", READY_SECONDS);
    child.send({ peers: peers.map((port) => ["127.0.0.1", port]) });
    return child;
  }
}
