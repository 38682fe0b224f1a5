import type { Connection } from "../../transport/index.ts";

/**
 * Why a connection is not read: the peer's requests fill our queue, it does not read what we send, the download limit
 * is reached, or its messages wait for processing time.
 */
export type PauseReason = "uploads" | "answers" | "rate" | "work";

/** The reasons for which a connection is paused. TCP holds the peer back while there is one. */
export class ReadPauses {
  readonly #connection: Pick<Connection, "pause" | "resume">;
  readonly #reasons = new Set<PauseReason>();
  #isClosed = false;

  constructor(connection: Pick<Connection, "pause" | "resume">) {
    this.#connection = connection;
  }

  get isPaused(): boolean {
    return this.#reasons.size > 0;
  }

  /**
   * Whether the peer is not to blame for its silence. Messages that wait for time do not excuse it: it sent too many.
   */
  get isExcused(): boolean {
    return this.#reasons.size > (this.#reasons.has("work") ? 1 : 0);
  }

  /** Stops reading for a reason. */
  pause(reason: PauseReason): void {
    if (this.#isClosed || this.#reasons.has(reason)) return;
    if (this.#reasons.size === 0) this.#connection.pause();
    this.#reasons.add(reason);
  }

  /** A reason is gone; reading goes on when it was the last. */
  resume(reason: PauseReason): void {
    if (!this.#reasons.delete(reason) || this.#isClosed || this.#reasons.size > 0) return;
    this.#connection.resume();
  }

  /** The connection is closed: it is not touched any more. */
  close(): void {
    this.#isClosed = true;
  }
}
