import type { History, SessionInfo, Statistics } from "../../../api/index.ts";
import type { SessionContext } from "../context.ts";
import type { TransferStatistics } from "../records/statistics.ts";
import type { SessionStatistics } from "../session.ts";
import type { RateLimits } from "../settings/schedule.ts";

/** The sources of the statistics. */
export interface StatisticsViewOptions {
  readonly context: SessionContext;
  readonly version: string;
  readonly transfers: TransferStatistics;
  /** The rate limits in force. */
  readonly rateLimits: () => RateLimits;
  /** The session's rates in bytes a second, as last measured. */
  readonly rates: () => { readonly down: number; readonly up: number };
}

/** The statistics of the session. */
export class StatisticsView implements SessionStatistics {
  readonly #options: StatisticsViewOptions;
  readonly #startedAt: number;
  #freeBytes: number | null = null;

  constructor(options: StatisticsViewOptions) {
    this.#options = options;
    this.#startedAt = options.context.runtime.clock.wallTime();
  }

  info(): SessionInfo {
    const { context, version, rateLimits } = this.#options;
    const { client, runtime, settings } = context;
    const { maxDownloadRate, maxUploadRate } = rateLimits();
    return {
      version,
      peerId: client.peerId.toString(),
      peerPort: client.port,
      isReachable: client.isReachable,
      downloadDir: settings().downloadDir,
      freeBytes: this.#freeBytes,
      now: runtime.clock.wallTime(),
      maxDownloadRate,
      maxUploadRate,
    };
  }

  totals(): Statistics {
    const { context, transfers, rates } = this.#options;
    const { table, client } = context;
    const states: Record<string, number> = {};
    for (const { state } of table.rows()) states[state] = (states[state] ?? 0) + 1;
    const { totals, session } = transfers;
    const { down, up } = rates();
    return {
      startedAt: this.#startedAt,
      downloaded: totals.downloaded,
      uploaded: totals.uploaded,
      sessionDownloaded: session.downloaded,
      sessionUploaded: session.uploaded,
      torrents: table.size,
      states,
      connections: client.connections,
      downRate: down,
      upRate: up,
      freeBytes: this.#freeBytes,
      memory: process.memoryUsage.rss(),
    };
  }

  history(): History {
    return this.#options.transfers.history();
  }

  /** Measures the free space of the download folder. */
  async measureFreeSpace(): Promise<void> {
    const { runtime, settings } = this.#options.context;
    this.#freeBytes = await runtime.files.freeSpace(settings().downloadDir).catch(() => null);
  }
}
