import type { TorrentRow, TorrentState } from "../../../api/index.ts";
import { unreachable } from "../../../base/index.ts";
import type { TorrentState as EngineState } from "../../../client/index.ts";
import { safeName } from "../../../metainfo/index.ts";
import type { TorrentEntry } from "../torrents/torrent-entry.ts";
import { labelsOf } from "../records/record.ts";
import { trackerProblem } from "./tracker-problem.ts";

/** Computes the row of a torrent: its fields in the list of the API. `queue` is its position in the queue. */
export function makeRow(entry: Omit<TorrentEntry, "row">, queue: number): TorrentRow {
  const { record, torrent } = entry;
  const status = torrent.status();
  const isKnown = torrent.isOpened;
  const size = status.totalBytes > 0 ? status.totalBytes : record.size;
  const wanted = isKnown ? status.wantedBytes : record.wanted;
  const done = isKnown ? status.doneBytes : record.done;
  const isChecking = status.state.kind === "checking";
  return {
    id: entry.id,
    name: record.name ?? torrent.name,
    diskName: torrent.metainfo?.name ?? safeName(torrent.name),
    state: stateOf(status.state, record.isStarted),
    error:
      status.state.kind === "failed" || status.state.kind === "disk-full"
        ? { code: status.state.error.code, message: status.state.error.message }
        : null,
    trackerProblem: trackerProblem(torrent.trackers()),
    metadataProgress: round(status.metadataProgress, 1_000),
    progress: round(isChecking || isKnown ? status.progress : wanted === 0 ? 0 : done / wanted, 10_000),
    size,
    wanted,
    done,
    downRate: Math.round(status.downRate),
    upRate: Math.round(status.upRate),
    downloaded: status.downloaded,
    uploaded: status.uploaded,
    ratio: round(status.ratio, 1_000),
    eta: status.etaSeconds ?? null,
    peers: status.peers,
    seeds: status.seeds,
    availability: round(status.availability, 1_000),
    label: record.label,
    labels: labelsOf(record),
    trackers: [...entry.trackerHosts],
    folder: record.folder,
    addedAt: record.addedAt,
    finishedAt: record.finishedAt,
    queue,
    private: torrent.metainfo?.isPrivate ?? false,
  };
}

/**
 * Returns the state that the API shows for a torrent, from the engine's state and whether the user has started it.
 */
export function stateOf(state: EngineState, isStarted: boolean): TorrentState {
  switch (state.kind) {
    case "paused":
      return isStarted ? "queued" : "paused";
    case "closed":
      return "stopping";
    case "fetching-metadata":
    case "checking":
    case "downloading":
    case "seeding":
    case "disk-full":
    case "failed":
    case "stopping":
      return state.kind;
    default:
      return unreachable(state);
  }
}

/** Returns the fields of the row `now` that differ from the row `then`; `undefined` if none differ. */
export function changesOf(
  then: TorrentRow,
  now: TorrentRow,
): (Partial<TorrentRow> & Pick<TorrentRow, "id">) | undefined {
  const changed = Object.entries(now).filter(([key, value]) => !isSame(Reflect.get(then, key), value));
  return changed.length === 0 ? undefined : { id: now.id, ...Object.fromEntries(changed) };
}

function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  return JSON.stringify(a) === JSON.stringify(b);
}

function round(value: number, steps: number): number {
  return Math.round(value * steps) / steps;
}
