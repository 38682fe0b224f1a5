import type { Torrent, TorrentState } from "../../client/index.ts";
import { clean, count, formatDuration, formatRate, formatSize } from "../../terminal/index.ts";
import type { Output } from "../output/output.ts";
import type { Problem } from "../output/problem.ts";
import { wantedSize } from "./job.ts";
import type { Job } from "./job.ts";
import type { Stall } from "./stall.ts";

/** Rounds a rate in bytes a second to a whole number, for JSON. */
function whole(rate: number): number {
  return Math.round(rate);
}

/**
 * Prints the events of torrents: with `--json` as JSON, otherwise as a line at the start and one at the end of each
 * torrent.
 */
export class Reporter {
  readonly #output: Output;
  /** Whether only problems are printed. */
  readonly #isQuiet: boolean;
  /**
   * Whether a live display is shown. No lines are then printed at the start of a torrent, because the display shows the
   * same.
   */
  readonly #isLive: boolean;

  constructor(output: Output, isQuiet: boolean, isLive: boolean) {
    this.#output = output;
    this.#isQuiet = isQuiet;
    this.#isLive = isLive;
  }

  added(torrent: Torrent): void {
    const { metainfo } = torrent;
    this.#output.data({
      event: "added",
      infoHash: torrent.infoHash.hex,
      name: torrent.name,
      bytes: metainfo?.totalSize ?? null,
      path: torrent.path ?? null,
    });
  }

  metadata(torrent: Torrent): void {
    const { metainfo } = torrent;
    if (metainfo === undefined) return;
    const files = metainfo.files.filter((file) => !file.isPadding).length;
    this.#output.data({
      event: "metadata",
      infoHash: torrent.infoHash.hex,
      name: metainfo.name,
      bytes: metainfo.totalSize,
      files,
      path: torrent.path ?? null,
    });
    if (this.#isLive)
      this.#print(`${clean(metainfo.name)}: ${formatSize(metainfo.totalSize)} in ${count(files, "file")}`);
  }

  /** Prints a change of a torrent's state. */
  state(torrent: Torrent, state: TorrentState): void {
    switch (state.kind) {
      case "downloading":
        if (!this.#isLive)
          this.#print(
            `downloading ${clean(torrent.name)} (${formatSize(wantedSize(torrent.status()))}) into ${clean(torrent.folder)}`,
          );
        break;
      case "fetching-metadata":
        if (!this.#isLive) this.#print(`fetching the metadata of ${clean(torrent.name)}`);
        break;
      case "checking":
        this.checking(torrent);
        break;
      case "disk-full":
        this.warning(torrent, {
          code: state.error.code,
          message: `${clean(state.error.message)}; it resumes when there is space`,
        });
        break;
      case "seeding":
      case "paused":
      case "failed":
      case "stopping":
      case "closed":
        break;
    }
  }

  checking(torrent: Torrent): void {
    const { state } = torrent;
    if (state.kind !== "checking") return;
    this.#output.data({
      event: "checking",
      infoHash: torrent.infoHash.hex,
      checked: state.checked,
      total: state.total,
    });
  }

  progress(torrent: Torrent): void {
    const status = torrent.status();
    this.#output.data({
      event: "progress",
      infoHash: torrent.infoHash.hex,
      bytes: status.doneBytes,
      total: status.wantedBytes,
      down: whole(status.downRate),
      up: whole(status.upRate),
      uploaded: status.uploaded,
      peers: status.peers,
      seeds: status.seeds,
      eta: status.etaSeconds ?? null,
    });
  }

  complete(job: Job, torrent: Torrent, seconds: number): void {
    const status = torrent.status();
    const bytes = wantedSize(status);
    const received = job.received(status);
    const path = torrent.path ?? torrent.folder;
    this.#output.data({
      event: "complete",
      infoHash: torrent.infoHash.hex,
      bytes,
      seconds: Math.round(seconds * 1000) / 1000,
      name: torrent.name,
      path,
      downloaded: received,
      uploaded: status.uploaded,
    });
    const spent = job.exchangeSeconds;
    const size =
      received > 0 && received < bytes ? `${formatSize(received)} of ${formatSize(bytes)}` : formatSize(bytes);
    const rate = Math.min(received, bytes) / Math.max(spent, 0.001);
    const how =
      received > 0
        ? `in ${formatDuration(spent)} (${formatRate(rate)}), ratio ${status.ratio.toFixed(2)}`
        : "was complete already";
    this.#print(
      `${this.#output.style.good("complete")}  ${clean(torrent.name)}  ${size} ${how}  ${this.#output.style.dim(`${this.#output.style.unicode ? "→" : "->"} ${clean(path)}`)}`,
    );
  }

  /** Prints that the torrent file was written, for a torrent of which only the metadata was fetched. */
  saved(torrent: Torrent, path: string, seconds: number): void {
    this.#output.data({
      event: "saved",
      infoHash: torrent.infoHash.hex,
      name: torrent.name,
      path,
      seconds: Math.round(seconds * 1000) / 1000,
    });
    const files = torrent.metainfo?.files.filter((file) => !file.isPadding).length ?? 0;
    const size = formatSize(torrent.metainfo?.totalSize ?? 0);
    this.#print(
      `${this.#output.style.good("wrote")} ${clean(path)}  ${this.#output.style.dim(`${clean(torrent.name)}, ${size} in ${count(files, "file")}, metadata in ${formatDuration(seconds)}`)}`,
    );
  }

  warning(torrent: Torrent, problem: Problem): void {
    this.#output.data({
      event: "warning",
      infoHash: torrent.infoHash.hex,
      code: problem.code,
      message: problem.message,
    });
    this.#output.note(`${this.#output.noteStyle.warn("warning:")} ${clean(torrent.name)}: ${problem.message}`);
  }

  /** Prints the reason why a torrent has no peers. */
  waiting(torrent: Torrent, stall: Stall): void {
    const message = clean(stall.message);
    this.#output.data({ event: "waiting", infoHash: torrent.infoHash.hex, code: stall.code, message });
    this.#output.note(`${this.#output.noteStyle.warn("waiting:")} ${clean(torrent.name)}: ${message}`);
  }

  failed(job: Job, infoHash: string | undefined, problem: Problem): void {
    const { code, message } = problem;
    this.#output.data({
      event: "error",
      code,
      message,
      ...(infoHash === undefined ? { source: job.source } : { infoHash }),
    });
    this.#output.problem(problem);
  }

  #print(text: string): void {
    if (!this.#isQuiet) this.#output.line(text);
  }
}
