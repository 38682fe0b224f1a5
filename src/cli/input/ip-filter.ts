import type { IpFilterStatus } from "../../client/index.ts";
import { clean, count } from "../../terminal/index.ts";
import type { Output } from "../output/output.ts";

/** Prints when the files of `--ip-filter` block nothing, or have lines that are no range. */
export function warnOfFilter(filter: IpFilterStatus | undefined, output: Output): void {
  if (filter === undefined) return;
  const files = filter.files.map(clean).join(", ");
  if (filter.ranges === 0) output.note(`${files}: no range, so that no peer is blocked`);
  else if (filter.ignoredLines > 0)
    output.note(`${files}: ${count(filter.ignoredLines, "line")} ignored, which are no range of addresses`);
}
