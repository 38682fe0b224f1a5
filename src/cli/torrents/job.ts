import type { Torrent, TorrentStatus } from "../../client/index.ts";
import type { Problem } from "../output/problem.ts";
import type { TorrentStalls } from "./stall-watch.ts";

/** How far a source has come. */
export type JobPhase =
  /** Being read or fetched. */
  | { readonly kind: "opening" }
  | { readonly kind: "running"; readonly torrent: Torrent }
  /** `seconds` from the start to the last piece. */
  | { readonly kind: "complete"; readonly torrent: Torrent; readonly seconds: number }
  | { readonly kind: "failed"; readonly problem: Problem };

/** One source of the command line, and its result. */
export class Job {
  /** As given. */
  readonly source: string;
  /** Milliseconds, of `performance.now()`. */
  readonly startedAt = performance.now();
  /** Watches for reasons why it has no peers, when these are printed. */
  readonly stalls: TorrentStalls | undefined;
  /**
   * Bytes of blocks that earlier runs had received, and when this one began to (of `performance.now()`); set when what
   * was kept is known.
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

  /** To be called when the torrent begins to exchange data. */
  noteCounters(status: TorrentStatus): void {
    this.#before ??= { downloaded: status.downloaded, at: performance.now() };
  }

  /** Bytes of blocks received in this run. */
  received(status: TorrentStatus): number {
    return status.downloaded - (this.#before?.downloaded ?? status.downloaded);
  }

  /** Seconds since it began to exchange data; 0 when it has not. */
  get exchangeSeconds(): number {
    return this.#before === undefined ? 0 : (performance.now() - this.#before.at) / 1000;
  }

  /** Seconds since the start. */
  get seconds(): number {
    return (performance.now() - this.startedAt) / 1000;
  }
}

/** Bytes that are wanted, without padding when everything is wanted. */
export function wantedSize(status: TorrentStatus): number {
  return Math.min(status.wantedBytes, status.totalBytes);
}
