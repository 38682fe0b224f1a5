import { concatBytes } from "../../base/index.ts";
import type { Connection } from "../../transport/index.ts";
import { OUTBOX_HIGH_WATER } from "../limits.ts";

/** Options of {@link Outbox}. */
export interface OutboxOptions {
  readonly connection: Pick<Connection, "write" | "queuedBytes">;
  readonly now: number;
  /** Called when a message is queued in the empty outbox. The owner must call {@link Outbox.flush} soon afterwards. */
  readonly onQueued: () => void;
  /**
   * Called when more than {@link OUTBOX_HIGH_WATER} bytes are queued on the connection, because the peer does not read
   * them.
   */
  readonly onBehind: () => void;
}

/** The queue of messages to a peer. Messages queued in one turn of the event loop are sent with one write. */
export class Outbox {
  /** The time of the last write, in milliseconds of the runtime's clock. */
  lastSentAt: number;
  readonly #options: OutboxOptions;
  #queued: Uint8Array[] = [];
  #isClosed = false;
  #behindSince: number | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.lastSentAt = options.now;
  }

  /**
   * The time since which more than {@link OUTBOX_HIGH_WATER} bytes have been queued on the connection, in milliseconds
   * of the runtime's clock; `undefined` when there are fewer.
   */
  get behindSince(): number | undefined {
    return this.#behindSince;
  }

  /** Queues encoded messages. The caller must not change the bytes afterwards. */
  push(bytes: Uint8Array): void {
    if (this.#isClosed) return;
    if (this.#queued.length === 0) this.#options.onQueued();
    this.#queued.push(bytes);
  }

  /** Sends the queued messages with one write. */
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

  /** Called when the connection has written all queued bytes. */
  onDrain(): void {
    this.#behindSince = undefined;
  }

  /** Drops the queued messages. Messages queued later are ignored. */
  close(): void {
    this.#isClosed = true;
    this.#queued = [];
  }
}
