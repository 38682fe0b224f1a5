import type { TrackerStatus } from "../../tracker/index.ts";

/**
 * Returns one status for each tracker of a hybrid torrent, which announces each of its info-hashes by itself (BEP 52).
 * Counts are the higher of both: most peers are in both swarms.
 */
export function mergeStatuses(first: readonly TrackerStatus[], second: readonly TrackerStatus[]): TrackerStatus[] {
  const others = new Map(second.map((status) => [status.url, status]));
  return first.map((status) => {
    const other = others.get(status.url);
    return other === undefined ? status : merge(status, other);
  });
}

function merge(first: TrackerStatus, second: TrackerStatus): TrackerStatus {
  const shown = first.state.kind === "failed" && second.state.kind === "working" ? second : first;
  return {
    ...shown,
    seeders: most(first.seeders, second.seeders),
    leechers: most(first.leechers, second.leechers),
    completed: most(first.completed, second.completed),
    peersReceived: Math.max(first.peersReceived, second.peersReceived),
    externalIp: shown.externalIp ?? first.externalIp ?? second.externalIp,
  };
}

function most(first: number | undefined, second: number | undefined): number | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return Math.max(first, second);
}
