import { InputError } from "../../base/index.ts";
import type { Session } from "../session/session.ts";
import type { Arguments } from "./arguments.ts";

/**
 * The time, in milliseconds, for which a torrent is listed as recently active after its last activity, and as removed
 * after its removal.
 */
const RECENT_MS = 60_000;
/** The maximum number of removed torrents that are remembered. */
const MAX_REMOVED = 10_000;

/**
 * Assigns the numbers by which Transmission clients identify torrents. Numbers ascend and are not reused while the
 * daemon runs.
 */
export class TorrentNumbers {
  readonly #session: Session;
  readonly #now: () => number;
  readonly #numbers = new Map<string, number>();
  readonly #hashes = new Map<number, string>();
  readonly #changed = new Map<string, number>();
  #removed: { readonly number: number; readonly at: number }[] = [];
  #next = 1;
  readonly #unsubscribe: () => void;

  constructor(session: Session, now: () => number) {
    this.#session = session;
    this.#now = now;
    this.#unsubscribe = session.on("delta", ({ changed, removed }) => {
      for (const { id } of changed) this.#changed.set(id, now());
      for (const id of removed) this.#forget(id);
    });
  }

  close(): void {
    this.#unsubscribe();
  }

  number(hash: string): number {
    const known = this.#numbers.get(hash);
    if (known !== undefined) return known;
    const number = this.#next++;
    this.#numbers.set(hash, number);
    this.#hashes.set(number, hash);
    return number;
  }

  /**
   * Returns the info-hashes of the torrents that the argument `ids` selects, without duplicates; those of all torrents
   * when `ids` is missing. Unknown ids are ignored.
   */
  hashes(args: Arguments): string[] {
    const ids = args.raw("ids");
    const rows = this.#session.torrents.list();
    // Numbers are assigned in the order of the list, whatever the first request is.
    for (const { id } of rows) this.number(id);
    if (ids === undefined) return rows.map(({ id }) => id);
    if (ids === "recently-active" || ids === "recently_active") {
      const since = this.#now() - RECENT_MS;
      return rows.filter(({ id }) => (this.#changed.get(id) ?? 0) >= since).map(({ id }) => id);
    }
    const requested: readonly unknown[] = Array.isArray(ids) ? ids : [ids];
    const found = requested.flatMap((id) => {
      const hash =
        typeof id === "number" ? this.#hashes.get(id) : typeof id === "string" ? id.toLowerCase() : undefined;
      if (typeof id !== "number" && typeof id !== "string")
        throw new InputError("rpc.argument", "ids must be numbers or info-hashes");
      return hash !== undefined && this.#session.torrents.row(hash) !== undefined ? [hash] : [];
    });
    return [...new Set(found)];
  }

  /** Returns the numbers of torrents that were removed in the last minute. */
  removed(): number[] {
    const since = this.#now() - RECENT_MS;
    this.#removed = this.#removed.filter(({ at }) => at >= since);
    return this.#removed.map(({ number }) => number);
  }

  #forget(hash: string): void {
    this.#changed.delete(hash);
    const number = this.#numbers.get(hash);
    if (number === undefined) return;
    this.#numbers.delete(hash);
    this.#hashes.delete(number);
    if (this.#removed.length < MAX_REMOVED) this.#removed.push({ number, at: this.#now() });
  }
}
