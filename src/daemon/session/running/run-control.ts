import type { Clock, Timer } from "../../../runtime/index.ts";
import { toError } from "../../../base/index.ts";
import { note, type SessionContext } from "../context.ts";
import type { TorrentEntry } from "../torrents/torrent-entry.ts";
import { isDownloading, lastActivity, secondsIn } from "./activity.ts";
import { hasReachedGoal } from "./goals.ts";
import { EVENT_DELAY_MS } from "../limits.ts";
import { chooseRunning, type QueueItem } from "./queue.ts";

/**
 * Starts and pauses torrents as the user, the queue and the seeding goals require. After each change it compares the
 * required state of every torrent with the actual state, so the result does not depend on the order of changes.
 */
export class RunControl {
  readonly #context: SessionContext;
  readonly #clock: Clock;
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(context: SessionContext) {
    this.#context = context;
    this.#clock = context.runtime.clock;
  }

  /** Applies all changes after a short delay, so that many changes are applied together. */
  reconsider(): void {
    if (this.#isClosed) return;
    this.#timer ??= this.#clock.after(EVENT_DELAY_MS, () => this.apply());
  }

  /** Starts and pauses torrents as required, without a delay. */
  apply(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#isClosed) return;
    const { table, settings } = this.#context;
    const limits = settings();
    const isLimited = limits.maxActiveDownloads !== null || limits.maxActiveSeeds !== null;
    const items: QueueItem[] = [];
    const stalledBefore =
      limits.stalledSeconds === null ? undefined : this.#clock.wallTime() - limits.stalledSeconds * 1000;
    if (isLimited) for (const entry of table.entries()) if (mayRun(entry)) items.push(queueItem(entry, stalledBefore));
    const running = chooseRunning(items, limits);
    for (const entry of table.entries()) this.#lead(entry, mayRun(entry) && running?.has(entry.id) !== false);
  }

  /**
   * Whether time alone can change which torrents run, without an event: a download becomes stalled when it receives no
   * data for some time.
   */
  get dependsOnTime(): boolean {
    const { stalledSeconds, maxActiveDownloads } = this.#context.settings();
    return stalledSeconds !== null && maxActiveDownloads !== null;
  }

  /** Stops torrents that have reached a seeding goal. */
  checkGoals(entries: Iterable<TorrentEntry>): void {
    for (const entry of entries) {
      if (entry.torrent.state.kind !== "seeding" || !entry.record.isStarted || entry.record.isForced) continue;
      const { limits } = entry.record;
      const session = this.#context.settings();
      if (!hasGoal(limits) && !hasGoal(session)) continue;
      const now = this.#clock.wallTime();
      const seconds = secondsIn(entry, "seeding", now);
      const idleSeconds = Math.max(0, (now - lastActivity(entry)) / 1000);
      if (!hasReachedGoal({ ratio: entry.torrent.status().ratio, seconds, idleSeconds }, limits, session)) continue;
      this.#context.log.info(`stopped, because a seeding goal is reached: ${entry.row.name}`, { infoHash: entry.id });
      note(this.#context, entry, { isStarted: false, isFinished: true });
      this.reconsider();
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  #lead(entry: TorrentEntry, shouldRun: boolean): void {
    const { torrent } = entry;
    switch (torrent.state.kind) {
      case "paused":
        if (!shouldRun) return;
        note(this.#context, entry, { startedAt: this.#clock.wallTime() });
        torrent.resume();
        return;
      case "fetching-metadata":
      case "checking":
      case "downloading":
      case "seeding":
      case "disk-full":
        if (!shouldRun && !entry.isRechecking) this.#pause(entry);
        return;
      case "failed":
        // Only the user retries it, or pauses it.
        if (!entry.record.isStarted) this.#pause(entry);
        return;
      case "stopping":
      case "closed":
        // Its next state calls this again.
        return;
      default:
        torrent.state satisfies never;
    }
  }

  #pause({ id, torrent }: TorrentEntry): void {
    torrent
      .pause()
      .catch((error: unknown) =>
        this.#context.log.error("cannot pause a torrent", { infoHash: id, reason: toError(error).message }),
      );
  }
}

function mayRun({ record }: TorrentEntry): boolean {
  return record.isStarted && record.removal === "none" && record.movingTo === null;
}

function hasGoal({
  seedRatio,
  seedSeconds,
  seedIdleSeconds,
}: {
  readonly seedRatio: number | null;
  readonly seedSeconds: number | null;
  readonly seedIdleSeconds: number | null;
}): boolean {
  return seedRatio !== null || seedSeconds !== null || seedIdleSeconds !== null;
}

/**
 * Makes the queue item of a torrent. A download is stalled when its last transfer was before `stalledBefore`
 * (milliseconds since 1970); when `stalledBefore` is `undefined`, no download is stalled.
 */
function queueItem(entry: TorrentEntry, stalledBefore: number | undefined): QueueItem {
  const { id, record, torrent } = entry;
  const { kind } = torrent.state;
  const isComplete = record.wanted > 0 && record.done >= record.wanted;
  // A failed torrent waits for the user and takes no place in the queue.
  return {
    id,
    queue: record.queue,
    isForced: record.isForced || kind === "failed",
    isSeed: kind === "seeding" || (isComplete && kind !== "downloading"),
    isStalled: stalledBefore !== undefined && isDownloading(kind) && lastActivity(entry) <= stalledBefore,
  };
}
