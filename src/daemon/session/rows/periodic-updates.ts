import type { SessionInfo } from "../../../api/index.ts";
import type { Timer } from "../../../runtime/index.ts";
import type { RunControl } from "../running/run-control.ts";
import { counters, note, type SessionContext } from "../context.ts";
import type { Emitter } from "../../../base/index.ts";
import type { SessionEvents } from "../session.ts";
import type { TorrentEntry } from "../torrents/torrent-entry.ts";
import { COUNTERS_MS, UPDATE_MS, SLOW_UPDATE_MS } from "../limits.ts";
import type { TransferStatistics } from "../records/statistics.ts";

/** Options of {@link PeriodicUpdates}. */
export interface PeriodicUpdateOptions {
  readonly context: SessionContext;
  readonly runControl: RunControl;
  readonly emitter: Emitter<SessionEvents>;
  readonly statistics: TransferStatistics;
  readonly info: () => SessionInfo;
  /** Called every ten seconds, to apply the rate schedule and measure the free space. */
  readonly onSlowUpdate: () => Promise<void>;
}

/** Updates the session periodically. Once a second it updates the rows of those torrents that transfer data. */
export class PeriodicUpdates {
  readonly #options: PeriodicUpdateOptions;
  readonly #timers: readonly Timer[];
  /**
   * The torrents that transferred data at the last update. They are updated once more after the transfer, so that their
   * rows show a rate of zero.
   */
  #moving = new Set<TorrentEntry>();
  /** The torrents that have transferred data since their counters were last written to the disk. */
  readonly #unrecorded = new Set<TorrentEntry>();
  #last = { down: 0, up: 0, connections: 0 };
  #counted = { downloaded: 0, uploaded: 0 };
  #lastInfo: string;

  constructor(options: PeriodicUpdateOptions) {
    const { clock } = options.context.runtime;
    this.#options = options;
    this.#lastInfo = JSON.stringify({ ...options.info(), now: 0 });
    this.#timers = [
      clock.every(UPDATE_MS, () => this.update()),
      clock.every(SLOW_UPDATE_MS, () => this.#slowUpdate()),
      clock.every(COUNTERS_MS, () => this.record()),
    ];
  }

  /** The session's rates at the last update, in bytes a second. */
  get rates(): { readonly down: number; readonly up: number } {
    return this.#last;
  }

  update(): void {
    const { context, runControl, emitter, statistics } = this.#options;
    const { table, client, runtime } = context;
    const before = this.#moving;
    this.#moving = new Set();
    for (const torrent of client.awake) {
      const entry = torrent.isBusy ? table.find(torrent.infoHash.hex) : undefined;
      if (entry !== undefined) this.#moving.add(entry);
    }
    for (const entry of new Set([...this.#moving, ...before])) {
      this.#unrecorded.add(entry);
      table.touch(entry);
    }
    table.flush();
    const now = runtime.clock.wallTime();
    const { downloaded, uploaded } = table.moved;
    statistics.count(now, downloaded - this.#counted.downloaded, uploaded - this.#counted.uploaded);
    this.#counted = { downloaded, uploaded };
    if (this.#moving.size > 0) runControl.checkGoals(this.#moving);
    const rates = { ...ratesOf(this.#moving), connections: client.connections };
    if (rates.down !== this.#last.down || rates.up !== this.#last.up || rates.connections !== this.#last.connections) {
      this.#last = rates;
      emitter.emit("rates", { at: now, ...rates });
    }
    this.emitInfo();
  }

  /** Emits the event `session` with the session's information, when it has changed. */
  emitInfo(): void {
    const info = this.#options.info();
    const text = JSON.stringify({ ...info, now: 0 });
    if (text === this.#lastInfo) return;
    this.#lastInfo = text;
    this.#options.emitter.emit("session", info);
  }

  /** Writes the counters of the torrents that have transferred data to their records. */
  record(): void {
    const { context, statistics } = this.#options;
    for (const entry of this.#unrecorded) {
      if (context.table.find(entry.id) === entry)
        note(context, entry, { ...counters(entry), activeAt: entry.activeAt ?? null });
    }
    this.#unrecorded.clear();
    statistics
      .save()
      .catch((error: unknown) => context.log.warn("cannot write the statistics", { reason: String(error) }));
  }

  close(): void {
    for (const timer of this.#timers) timer.cancel();
  }

  #slowUpdate(): void {
    const { context, runControl, onSlowUpdate } = this.#options;
    runControl.checkGoals(context.table.entries());
    onSlowUpdate().catch((error: unknown) =>
      context.log.warn("cannot apply the rate schedule, or measure the free space", { reason: String(error) }),
    );
  }
}

function ratesOf(entries: ReadonlySet<TorrentEntry>): { readonly down: number; readonly up: number } {
  const sum = { down: 0, up: 0 };
  for (const { row } of entries) {
    sum.down += row.downRate;
    sum.up += row.upRate;
  }
  return sum;
}
