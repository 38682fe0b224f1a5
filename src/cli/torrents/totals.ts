import { count, formatDuration, formatSize } from "../format.ts";
import type { Output } from "../output.ts";
import { wantedSize } from "./job.ts";
import type { Job } from "./job.ts";

/** A closing line when there was more than one torrent. */
export function tellTotals(output: Output, jobs: readonly Job[]): void {
  const first = jobs[0];
  if (jobs.length < 2 || first === undefined) return;
  const complete = jobs.filter((job) => job.phase.kind === "complete");
  const failed = jobs.filter((job) => job.phase.kind === "failed").length;
  const bytes = complete.reduce((sum, job) => sum + (job.torrent === undefined ? 0 : wantedSize(job.torrent.status())), 0);
  output.line(
    `${complete.length} of ${count(jobs.length, "torrent")} complete, ${formatSize(bytes)} in ${formatDuration(first.seconds)}${failed > 0 ? `; ${output.style.bad(`${failed} failed`)}` : ""}`,
  );
}
