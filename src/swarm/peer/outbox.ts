import { concatBytes } from "../../base/index.ts";
import type { Connection } from "../../transport/index.ts";
import { OUTBOX_HIGH_WATER } from "../limits.ts";

/** Options of {@link Outbox}. */
export interface OutboxOptions {
  readonly connection: Pick<Connection, "write" | "queuedBytes">;
  readonly now: number;
  /** Something is queued now: {@link Outbox.flush} is to be called soon. */
  readonly onQueued: () => void;
  /** The connection holds more than it should: the peer does not read. */
  readonly onBehind: () => void;
}

/** Messages for one peer. Those of one turn of the event loop leave as one write. */
export class Outbox {
  /** On the clock's scale. */
  lastSentAt: number;
  readonly #options: OutboxOptions;
  #queued: Uint8Array[] = [];
  #isClosed = false;
  #behindSince: number | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.lastSentAt = options.now;
  }

  /** On the clock's scale: since when the connection holds too much; `undefined` when it does not. */
  get behindSince(): number | undefined {
    return this.#behindSince;
  }

  /** Queues encoded messages; the bytes must not change. */
  push(bytes: Uint8Array): void {
    if (this.#isClosed) return;
    if (this.#queued.length === 0) this.#options.onQueued();
    this.#queued.push(bytes);
  }

  /** Writes what is queued. */
  flush(now: number): void {
    const queued = this.#queued;
    if (queued.length === 0 || this.#isClosed) return;
    const { connection, onBehind } = this.#options;
    this.#queued = [];
    this.lastSentAt = now;
    connection.write(queued.length === 1 && queued[0] !== undefined ? queued[0] : concatBytes(queued));
    if (connection.queuedBytes <= OUTBOX_HIGH_WATER) return;
    this.#behindSince ??= now;
    onBehind();
  }

  /** The connection has written everything. */
  onDrain(): void {
    this.#behindSince = undefined;
  }

  /** Drops what is queued; nothing is written any more. */
  close(): void {
    this.#isClosed = true;
    this.#queued = [];
  }
}
