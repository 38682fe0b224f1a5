import type { Torrent, TorrentStatus } from "../../client/index.ts";
import type { Problem } from "../output/problem.ts";
import type { TorrentStalls } from "./stall-watch.ts";

/** The progress of a job. */
export type JobPhase =
  /** The source is being read or fetched. */
  | { readonly kind: "opening" }
  | { readonly kind: "running"; readonly torrent: Torrent }
  /** The torrent is complete. `seconds`: from the start to the last piece. */
  | { readonly kind: "complete"; readonly torrent: Torrent; readonly seconds: number }
  | { readonly kind: "failed"; readonly problem: Problem };

/** A source on the command line, such as a torrent file or link, and its result. */
export class Job {
  /** The source as the user gave it. */
  readonly source: string;
  /** The start, in milliseconds of `performance.now()`. */
  readonly startedAt = performance.now();
  /** Finds why the torrent has no peers; `undefined` when the reasons are not printed. */
  readonly stalls: TorrentStalls | undefined;
  /**
   * Bytes of blocks received in earlier runs, and the start of this exchange (`performance.now()`). `undefined` until
   * the stored state is known.
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

  /** Records the counters. Call it when the torrent begins to exchange data. */
  noteCounters(status: TorrentStatus): void {
    this.#before ??= { downloaded: status.downloaded, at: performance.now() };
  }

  /** Returns the bytes of blocks received in this run. */
  received(status: TorrentStatus): number {
    return status.downloaded - (this.#before?.downloaded ?? status.downloaded);
  }

  /** Seconds since the torrent began to exchange data; 0 before that. */
  get exchangeSeconds(): number {
    return this.#before === undefined ? 0 : (performance.now() - this.#before.at) / 1000;
  }

  /** Seconds since the start. */
  get seconds(): number {
    return (performance.now() - this.startedAt) / 1000;
  }
}

/** Returns the bytes of the files that are selected for download. When all are selected, padding is not counted. */
export function wantedSize(status: TorrentStatus): number {
  return Math.min(status.wantedBytes, status.totalBytes);
}
