import type { DhtInfo, History, LsdInfo, SessionInfo, Statistics } from "../../../api/index.ts";
import { toHex } from "../../../base/index.ts";
import type { IpFilterStatus, PortMappingState } from "../../../client/index.ts";
import { idToBytes, type DhtStats } from "../../../dht/index.ts";
import type { LsdStats } from "../../../lsd/index.ts";
import type { SessionContext } from "../context.ts";
import type { TransferStatistics } from "../records/statistics.ts";
import type { SessionStatistics } from "../session.ts";
import type { RateLimits } from "../settings/schedule.ts";

/** The sources of the session's statistics. */
export interface StatisticsViewOptions {
  readonly context: SessionContext;
  readonly version: string;
  readonly transfers: TransferStatistics;
  /** Returns the rate limits that are currently applied. */
  readonly rateLimits: () => RateLimits;
  /** Returns the session's rates at the last update, in bytes a second. */
  readonly rates: () => { readonly down: number; readonly up: number };
}

const NO_LSD: LsdStats = { interfaces: [], sent: 0, received: 0, limited: 0, malformed: 0, found: 0 };
const NO_DHT: DhtStats = { families: [], storedTorrents: 0, storedPeers: 0, storedItems: 0 };

function filterView(status: IpFilterStatus | undefined): Statistics["ipFilter"] {
  if (status === undefined) return null;
  const { ranges, ignoredLines, blocked, loadedAt, error } = status;
  return { ranges, ignoredLines, blocked, loadedAt: loadedAt ?? null, error: error ?? null };
}

function mappingView(state: PortMappingState | undefined): Statistics["portMapping"] {
  if (state === undefined) return null;
  const isMapped = state.kind === "mapped";
  return {
    state: state.kind,
    method: isMapped ? state.method : null,
    externalIp: isMapped ? (state.externalIp ?? null) : null,
    tcp: isMapped ? state.tcp : null,
    udp: isMapped ? (state.udp ?? null) : null,
    reason: state.kind === "failed" ? state.reason : null,
  };
}

/** The statistics of the session, as the API shows them. */
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
      isPexEnabled: settings().pex,
      downloadDir: settings().downloadDir,
      freeBytes: this.#freeBytes,
      now: runtime.clock.wallTime(),
      maxDownloadRate,
      maxUploadRate,
    };
  }

  totals(): Statistics {
    const { context, transfers, rates } = this.#options;
    const { table, client, runtime } = context;
    const { binding } = runtime.route;
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
      portMapping: mappingView(client.portMapping),
      binding: binding === undefined ? null : { bind: binding.bind, ips: [...binding.ips] },
      ipFilter: filterView(client.ipFilter),
      memory: process.memoryUsage.rss(),
    };
  }

  history(): History {
    return this.#options.transfers.history();
  }

  dht(): DhtInfo {
    const { dht } = this.#options.context.client;
    const { families, storedTorrents, storedPeers, storedItems } = dht?.stats ?? NO_DHT;
    return {
      isEnabled: dht !== undefined,
      nodes: families.reduce((sum, { nodes }) => sum + nodes, 0),
      families: families.map(({ family, id, nodes, queries, limited, replies, isReadOnly, externalIp }) => ({
        family,
        id: toHex(idToBytes(id)),
        nodes,
        queries,
        limited,
        replies,
        isReadOnly,
        externalIp: externalIp ?? null,
      })),
      storedTorrents,
      storedPeers,
      storedItems,
    };
  }

  lsd(): LsdInfo {
    const { lsd } = this.#options.context.client;
    const { interfaces, ...counts } = lsd?.stats ?? NO_LSD;
    return { isEnabled: lsd !== undefined, interfaces: [...interfaces], ...counts };
  }

  /** Measures the free space on the disk of the download folder. */
  async measureFreeSpace(): Promise<void> {
    const { runtime, settings } = this.#options.context;
    this.#freeBytes = await runtime.files.freeSpace(settings().downloadDir).catch(() => null);
  }
}
