import type { TorrentRow } from "../../../api/index.ts";
import type { TrackerStatus } from "../../../tracker/index.ts";

/**
 * Returns the problem that a torrent's trackers have reported: an error message when no tracker works, otherwise the
 * warning of a working tracker; `null` when there is none. An unreachable tracker is no problem in this sense, because
 * it is usually unreachable for a short time only.
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
