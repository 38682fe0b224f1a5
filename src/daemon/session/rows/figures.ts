import type { SessionInfo, Statistics } from "../../../api/index.ts";
import type { SessionContext } from "../context.ts";
import type { Rates } from "../running/schedule.ts";
import type { TransferStatistics } from "../records/statistics.ts";

/** What is shown around everything. */
export function sessionInfo(
  context: SessionContext,
  facts: { readonly version: string; readonly freeBytes: number | null; readonly rates: Rates },
): SessionInfo {
  const { client, runtime, settings } = context;
  return {
    version: facts.version,
    peerId: client.peerId.toString(),
    peerPort: client.port,
    isReachable: client.isReachable,
    downloadDir: settings().downloadDir,
    freeBytes: facts.freeBytes,
    now: runtime.clock.wallTime(),
    maxDownloadRate: facts.rates.maxDownloadRate,
    maxUploadRate: facts.rates.maxUploadRate,
  };
}

export interface StatisticsFacts {
  readonly startedAt: number;
  readonly freeBytes: number | null;
  readonly transfers: TransferStatistics;
  /** As of the last look; `undefined` before the first. */
  readonly rates: { readonly down: number; readonly up: number } | undefined;
}

/** The session in numbers. */
export function sessionStatistics(
  { roster, client }: SessionContext,
  { startedAt, freeBytes, transfers, rates }: StatisticsFacts,
): Statistics {
  const states: Record<string, number> = {};
  for (const { state } of roster.rows()) states[state] = (states[state] ?? 0) + 1;
  const { totals, session } = transfers;
  return {
    startedAt,
    downloaded: totals.downloaded,
    uploaded: totals.uploaded,
    sessionDownloaded: session.downloaded,
    sessionUploaded: session.uploaded,
    torrents: roster.size,
    states,
    connections: client.connections,
    downRate: rates?.down ?? 0,
    upRate: rates?.up ?? 0,
    freeBytes,
    memory: process.memoryUsage.rss(),
  };
}
