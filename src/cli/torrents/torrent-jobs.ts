import { AbortError, toError } from "../../base/index.ts";
import { isActive, type AddOptions, type Client, type Torrent } from "../../client/index.ts";
import { isLive, LiveDisplay } from "../live/progress.ts";
import type { Output } from "../output/output.ts";
import { toProblem, type Problem } from "../output/problem.ts";
import { folderNoTorrent } from "../input/torrent-file.ts";
import { Job } from "./job.ts";
import { Reporter } from "./reporter.ts";
import { TorrentStalls, type StallWatchOptions } from "./stall-watch.ts";
import { torrentLines } from "./view.ts";

/** The time, in milliseconds, between two progress events of a torrent. */
const PROGRESS_EVERY_MS = 1_000;

/** The time, in milliseconds, that DHT nodes have to reply before a seed reports that no node has replied. */
const DHT_PATIENCE_MS = 15_000;

/** Options of {@link TorrentJobs}. */
export interface TorrentJobsOptions {
  readonly client: Client;
  readonly output: Output;
  readonly isQuiet: boolean;
  /**
   * Called when the metadata of a torrent is known. Returns an error to stop the torrent, or `undefined` to continue.
   */
  readonly refuse?: ((torrent: Torrent) => Error | undefined) | undefined;
  /**
   * Writes the torrent file of a torrent whose metadata is known, and resolves with the path of the file. When it is
   * set, only the metadata of the torrents is fetched.
   */
  readonly save?: ((torrent: Torrent) => Promise<string>) | undefined;
  /** The options for finding the reason why a torrent has no peers. Without them such reasons are not printed. */
  readonly stalls?: StallWatchOptions | undefined;
}

/**
 * For the problem that existing files have other content, adds the option that overwrites them to the message. Returns
 * other problems unchanged.
 */
function withOverwriteHint(problem: Problem): Problem {
  if (problem.code !== "storage.foreign") return problem;
  return { ...problem, message: `${problem.message}, or use \`millrace download --overwrite\`` };
}

/**
 * The torrents of one run of a command: adds them, prints their progress, and keeps the result of each. When one
 * torrent fails, the others continue.
 */
export class TorrentJobs {
  readonly all: Job[] = [];
  readonly reporter: Reporter;
  readonly #options: TorrentJobsOptions;
  readonly #display: LiveDisplay | undefined;
  readonly #timer: NodeJS.Timeout;
  #isStopping = false;
  #hasCheckedSeedsDht = false;

  constructor(options: TorrentJobsOptions) {
    this.#options = options;
    const { output, isQuiet } = options;
    const live = isLive(output, isQuiet);
    this.reporter = new Reporter(output, isQuiet, live);
    this.#display = live
      ? new LiveDisplay(output, (columns, rows) => torrentLines(this.all, columns, rows, output.noteStyle))
      : undefined;
    this.#timer = setInterval(() => this.#tick(), PROGRESS_EVERY_MS);
  }

  /**
   * Adds a source like {@link TorrentJobs.run}, but resolves earlier: when the data is checked and the torrent connects
   * to peers, or when the torrent has failed.
   */
  begin(source: string, options: AddOptions): Promise<void> {
    return new Promise((resolve) => {
      this.run(source, options, resolve).then(
        () => resolve(),
        () => resolve(),
      );
    });
  }

  /**
   * Adds a source. Resolves when the torrent is complete or has failed; {@link Job.phase} is the result. Never rejects.
   * Calls `onActive` when the data has been checked.
   */
  async run(source: string, options: AddOptions, onActive: () => void = () => undefined): Promise<Job> {
    const { stalls } = this.#options;
    const job = new Job(source, stalls === undefined ? undefined : new TorrentStalls(source, stalls));
    this.all.push(job);
    let torrent: Torrent | undefined;
    try {
      torrent = await this.#add(source, options);
      job.phase = { kind: "running", torrent };
      this.#watch(job, torrent, onActive);
      this.reporter.added(torrent);
      this.#refuseUnwanted(torrent);
      torrent.resume();
      await torrent.done;
      job.noteCounters(torrent.status());
      const path = await this.#options.save?.(torrent);
      const { seconds } = job;
      job.phase = { kind: "complete", torrent, seconds };
      if (path === undefined) this.reporter.complete(job, torrent, seconds);
      else this.reporter.saved(torrent, path, seconds);
    } catch (error) {
      this.#fail(job, torrent, error);
    }
    return job;
  }

  async #add(source: string, options: AddOptions): Promise<Torrent> {
    try {
      const metadataOnly = this.#options.save !== undefined;
      return await this.#options.client.add(source, { ...options, metadataOnly, paused: true });
    } catch (error) {
      throw folderNoTorrent(error) ?? error;
    }
  }

  /** Ends the live display. Later events of torrents are not printed. */
  stop(): void {
    this.#isStopping = true;
    clearInterval(this.#timer);
    this.#display?.close();
  }

  /** The number of torrents that failed. */
  get failures(): number {
    return this.all.filter((job) => job.phase.kind === "failed").length;
  }

  #watch(job: Job, torrent: Torrent, onActive: () => void): void {
    torrent.on("state", (state) => {
      if (isActive(state)) onActive();
      if (this.#isStopping) return;
      if (state.kind === "downloading") job.noteCounters(torrent.status());
      // The check reports each job of it; here its beginning is enough, and the tick does the rest.
      if (state.kind !== "checking" || state.checked === 0) this.reporter.state(torrent, state);
    });
    torrent.on("metadata", () => {
      this.reporter.metadata(torrent);
      try {
        this.#refuseUnwanted(torrent);
      } catch (error) {
        this.#fail(job, torrent, error);
      }
    });
    torrent.on("warning", (error) => {
      if (!this.#isStopping && torrent.state.kind !== "disk-full") this.reporter.warning(torrent, toProblem(error));
    });
  }

  #refuseUnwanted(torrent: Torrent): void {
    const reason = torrent.metainfo === undefined ? undefined : this.#options.refuse?.(torrent);
    if (reason !== undefined) throw reason;
  }

  #fail(job: Job, torrent: Torrent | undefined, error: unknown): void {
    if (job.phase.kind === "failed" || (this.#isStopping && error instanceof AbortError)) return;
    const problem = withOverwriteHint(toProblem(error));
    const infoHash = torrent?.infoHash.hex;
    job.phase = { kind: "failed", problem };
    this.reporter.failed(job, infoHash, problem);
    if (torrent !== undefined)
      torrent.close().catch((closeError: unknown) => this.#options.output.note(toError(closeError).message));
  }

  /**
   * Prints, once, that no DHT node has replied, so that downloaders cannot find the torrents of this command in the
   * DHT. It is checked for seeds without a working tracker. A seed needs no peers, so nothing else would show the
   * problem.
   */
  #checkSeedsDht(now: number, dhtNodes: number | undefined): void {
    if (dhtNodes !== undefined && dhtNodes > 0) this.#hasCheckedSeedsDht = true;
    if (this.#hasCheckedSeedsDht || dhtNodes === undefined || this.#options.stalls === undefined) return;
    const job = this.all.find(({ torrent, startedAt }) => {
      if (torrent?.state.kind !== "seeding" || now - startedAt < DHT_PATIENCE_MS) return false;
      return torrent.metainfo?.isPrivate !== true && torrent.trackers().every(({ state }) => state.kind !== "working");
    });
    if (job?.torrent === undefined) return;
    this.#hasCheckedSeedsDht = true;
    const message = "no DHT node has replied: downloaders cannot find it in the DHT; check the network, or name a node";
    const stall = { code: "waiting.dht", key: "dht", message: `${message} with --dht-bootstrap` } as const;
    this.reporter.waiting(job.torrent, stall);
  }

  #tick(): void {
    const now = performance.now();
    const { dht, lsd } = this.#options.client;
    const dhtNodes = dht?.stats.families.reduce((sum, { nodes }) => sum + nodes, 0);
    const usesLsd = (lsd?.stats.interfaces.length ?? 0) > 0;
    this.#checkSeedsDht(now, dhtNodes);
    for (const { torrent, stalls } of this.all) {
      if (torrent === undefined) continue;
      const stall = stalls?.check(torrent, now, { dhtNodes, usesLsd });
      if (stall !== undefined) this.reporter.waiting(torrent, stall);
      if (torrent.state.kind === "checking") this.reporter.checking(torrent);
      else if (
        torrent.state.kind === "downloading" ||
        torrent.state.kind === "seeding" ||
        torrent.state.kind === "disk-full"
      )
        this.reporter.progress(torrent);
    }
  }
}
