import type { TorrentStatus } from "../../client/index.ts";
import { count, formatDuration, formatSize } from "../../terminal/index.ts";
import type { Output } from "../output/output.ts";
import { wantedSize } from "./job.ts";
import type { Job } from "./job.ts";

/** Prints a line with the totals when there is more than one torrent. */
export function printTotals(output: Output, jobs: readonly Job[]): void {
  const first = jobs[0];
  if (jobs.length < 2 || first === undefined) return;
  const complete = jobs.filter((job) => job.phase.kind === "complete");
  const failed = jobs.filter((job) => job.phase.kind === "failed").length;
  const sum = (bytes: (job: Job, status: TorrentStatus) => number): number =>
    complete.reduce((total, job) => total + (job.torrent === undefined ? 0 : bytes(job, job.torrent.status())), 0);
  const bytes = sum((_job, status) => wantedSize(status));
  // Bytes of earlier runs do not count for the rate.
  const received = Math.min(
    bytes,
    sum((job, status) => job.received(status)),
  );
  const size = received < bytes ? `${formatSize(received)} of ${formatSize(bytes)}` : formatSize(bytes);
  output.line(
    `${complete.length} of ${count(jobs.length, "torrent")} complete, ${size} in ${formatDuration(first.seconds)}${failed > 0 ? `; ${output.style.bad(`${failed} failed`)}` : ""}`,
  );
}
