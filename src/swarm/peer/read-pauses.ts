import type { Connection } from "../../transport/index.ts";

/**
 * The reason why a connection is not read: the queue of the peer's requests is full (`"uploads"`), the peer does not
 * read the data that this client sends (`"outbox"`), the download limit is reached (`"rate"`), or the peer's messages
 * wait for processing time (`"work"`).
 */
export type PauseReason = "uploads" | "outbox" | "rate" | "work";

/**
 * The reasons for which reading from a connection is paused. While there is a reason, TCP makes the peer stop sending.
 */
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
   * Whether the peer's silence is excused, because this client does not read its bytes. The reason `"work"` does not
   * excuse it: there the peer has sent too many messages.
   */
  get isExcused(): boolean {
    return this.#reasons.size > (this.#reasons.has("work") ? 1 : 0);
  }

  /** Adds a reason, and stops reading from the connection if it was read. */
  pause(reason: PauseReason): void {
    if (this.#isClosed || this.#reasons.has(reason)) return;
    if (this.#reasons.size === 0) this.#connection.pause();
    this.#reasons.add(reason);
  }

  /** Removes a reason; reading resumes when it was the last one. */
  resume(reason: PauseReason): void {
    if (!this.#reasons.delete(reason) || this.#isClosed || this.#reasons.size > 0) return;
    this.#connection.resume();
  }

  /** Called when the connection is closed: it is then neither paused nor resumed. */
  close(): void {
    this.#isClosed = true;
  }
}
