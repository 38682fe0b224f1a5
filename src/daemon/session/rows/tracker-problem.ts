import type { TorrentRow } from "../../../api/index.ts";
import type { TrackerStatus } from "../../../tracker/index.ts";

/**
 * The problem that a torrent's trackers report to its user: a refusal while no tracker works, or the warning of a
 * tracker that works. An unreachable tracker is not a problem here, because that passes.
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
