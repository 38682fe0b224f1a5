import type { TorrentRow } from "../../../api/index.ts";
import type { TrackerStatus } from "../../../tracker/index.ts";

/**
 * What a torrent's trackers have to say to its user: that they refuse it, in their own words, while none of them works;
 * or the warning of one that works. One that cannot be reached is no news here: that passes.
 */
export function trackerProblem(
  trackers: readonly Pick<TrackerStatus, "state" | "said">[],
): TorrentRow["trackerProblem"] {
  const working = trackers.filter(({ state }) => state.kind === "working");
  const warning = working.find(({ said }) => said !== undefined)?.said;
  if (working.length > 0) return warning === undefined ? null : { level: "warning", message: warning };
  const refusal = trackers.find(({ said }) => said !== undefined)?.said;
  return refusal === undefined ? null : { level: "error", message: refusal };
}
