import type { Torrent, TorrentStatus } from "../../client/index.ts";
import type { Problem } from "../output/problem.ts";
import type { TorrentStalls } from "./stall-watch.ts";

/** The phase of a job. */
export type JobPhase =
  /** The source is being read or fetched. */
  | { readonly kind: "opening" }
  | { readonly kind: "running"; readonly torrent: Torrent }
  /** The torrent is complete. `seconds` is the time from the start to the last piece. */
  | { readonly kind: "complete"; readonly torrent: Torrent; readonly seconds: number }
  | { readonly kind: "failed"; readonly problem: Problem };

/** One source on the command line, such as a torrent file or link, with its progress and result. */
export class Job {
  /** The source in the form that the user gave. */
  readonly source: string;
  /** The time of the start, in milliseconds as `performance.now()` returns them. */
  readonly startedAt = performance.now();
  /** Finds the reason while the torrent has no peers; `undefined` when such reasons are not printed. */
  readonly stalls: TorrentStalls | undefined;
  /**
   * The number of bytes of blocks that earlier runs received, and the time at which this run began to exchange data
   * (`performance.now()`). `undefined` until the stored state is known.
   */
  #before: { readonly downloaded: number; readonly at: number } | undefined;
  phase: JobPhase = { kind: "opening" };

  constructor(source: string, stalls?: TorrentStalls) {
    this.source = source;
    this.stalls = stalls;
  }

  get torrent(): Torrent | undefined {
    return this.phase.kind === "running" || this.phase.kind === "complete" ? this.phase.torrent : undefined;
  }

  get name(): string {
    return this.torrent?.name ?? this.source;
  }

  get isOver(): boolean {
    return this.phase.kind === "complete" || this.phase.kind === "failed";
  }

  /** Records the counters at the end of earlier runs. To be called when the torrent begins to exchange data. */
  noteCounters(status: TorrentStatus): void {
    this.#before ??= { downloaded: status.downloaded, at: performance.now() };
  }

  /** Returns the number of bytes of blocks received in this run. */
  received(status: TorrentStatus): number {
    return status.downloaded - (this.#before?.downloaded ?? status.downloaded);
  }

  /** The number of seconds since the torrent began to exchange data; 0 before that. */
  get exchangeSeconds(): number {
    return this.#before === undefined ? 0 : (performance.now() - this.#before.at) / 1000;
  }

  /** The number of seconds since the start of the job. */
  get seconds(): number {
    return (performance.now() - this.startedAt) / 1000;
  }
}

/**
 * Returns the size in bytes of the files that are selected for download. Padding is not counted when all files are
 * selected.
 */
export function wantedSize(status: TorrentStatus): number {
  return Math.min(status.wantedBytes, status.totalBytes);
}
