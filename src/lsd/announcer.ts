import type { Clock, Timer } from "../runtime/index.ts";
import {
  ANNOUNCE_DELAY_MS,
  ANNOUNCE_MS,
  BATCH_MS,
  MAX_SENT_INFO_HASHES,
  MESSAGES_AT_ONCE,
  MIN_ANNOUNCE_MS,
} from "./limits.ts";

interface Entry {
  /** The time of the last announce, in milliseconds of the runtime's clock. */
  lastAt: number;
  /** The time of the next announce, in milliseconds of the runtime's clock. */
  dueAt: number;
  /**
   * Whether the torrent runs. The entry of a stopped torrent stays for a while, so that a torrent that is started again
   * soon is not announced too often.
   */
  isActive: boolean;
}

/** Decides when to announce which torrents: soon after they start, and then every 5 minutes (BEP 14). */
export class Announcer {
  readonly #clock: Clock;
  readonly #send: (infoHashes: readonly string[]) => boolean;
  readonly #entries = new Map<string, Entry>();
  #timer: Timer | undefined;
  /** The time for which the timer is set. */
  #nextAt = Infinity;
  #batchAt = -Infinity;
  #isClosed = false;

  /**
   * `send` sends one message with at most {@link MAX_SENT_INFO_HASHES} info-hashes, and returns whether it was sent.
   */
  constructor(clock: Clock, send: (infoHashes: readonly string[]) => boolean) {
    this.#clock = clock;
    this.#send = send;
  }

  /** Starts to announce a torrent. */
  add(infoHash: string): void {
    const now = this.#clock.now();
    const lastAt = this.#entries.get(infoHash)?.lastAt ?? -Infinity;
    const dueAt = earliest(lastAt, now);
    this.#entries.set(infoHash, { lastAt, dueAt, isActive: true });
    this.#schedule(dueAt);
  }

  /** Ends the announces of a torrent. */
  remove(infoHash: string): void {
    const entry = this.#entries.get(infoHash);
    if (entry !== undefined) entry.isActive = false;
  }

  /** Announces all torrents again as soon as {@link MIN_ANNOUNCE_MS} allows it, because new hosts can be reached. */
  repeat(): void {
    const now = this.#clock.now();
    for (const entry of this.#entries.values()) entry.dueAt = Math.min(entry.dueAt, earliest(entry.lastAt, now));
    this.#plan();
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#entries.clear();
  }

  /** Sets the timer for the earliest announce. */
  #plan(): void {
    let next = Infinity;
    for (const { dueAt, isActive } of this.#entries.values()) if (isActive) next = Math.min(next, dueAt);
    this.#schedule(next);
  }

  /** Sets the timer for an announce at `dueAt`, unless it is set for an earlier one. */
  #schedule(dueAt: number): void {
    const at = Math.max(dueAt, this.#batchAt + BATCH_MS);
    if (this.#isClosed || at >= this.#nextAt) return;
    this.#timer?.cancel();
    this.#nextAt = at;
    this.#timer = this.#clock.after(at - this.#clock.now(), () => this.#announce());
  }

  #announce(): void {
    const now = this.#clock.now();
    this.#nextAt = Infinity;
    for (const [infoHash, { isActive, lastAt }] of this.#entries)
      if (!isActive && lastAt <= now - MIN_ANNOUNCE_MS) this.#entries.delete(infoHash);
    const chosen = this.#choose(now);
    if (chosen.length > 0) this.#batchAt = now;
    for (let at = 0; at < chosen.length; at += MAX_SENT_INFO_HASHES) {
      const part = chosen.slice(at, at + MAX_SENT_INFO_HASHES);
      const isSent = this.#send(part.map(([infoHash]) => infoHash));
      for (const [, entry] of part) {
        if (isSent) entry.lastAt = now;
        entry.dueAt = now + ANNOUNCE_MS;
      }
    }
    this.#plan();
  }

  /** Returns the torrents to announce now. */
  #choose(now: number): [string, Entry][] {
    const active = [...this.#entries].filter(([, { isActive, lastAt }]) => isActive && lastAt <= now - MIN_ANNOUNCE_MS);
    active.sort(([, one], [, other]) => one.dueAt - other.dueAt);
    const due = active.findIndex(([, { dueAt }]) => dueAt > now);
    const messages = Math.min(Math.ceil((due < 0 ? active.length : due) / MAX_SENT_INFO_HASHES), MESSAGES_AT_ONCE);
    // The last message has room for torrents that are due later: soon all of them share messages.
    return active.slice(0, messages * MAX_SENT_INFO_HASHES);
  }
}

/** Returns the earliest time at which a torrent may be announced. */
function earliest(lastAt: number, now: number): number {
  return Math.max(now + ANNOUNCE_DELAY_MS, lastAt + MIN_ANNOUNCE_MS);
}
