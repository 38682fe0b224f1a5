import { MAX_LOG_LINES } from "../limits.ts";
import { List } from "../list.ts";

/** A line of the session's log. */
export interface LogLine {
  /** The number of milliseconds since the session began. */
  readonly at: number;
  /**
   * The importance of the line. A `"detail"` is an event that the user also sees elsewhere, for example as a message.
   */
  readonly level: "detail" | "info" | "warning";
  readonly text: string;
}

/**
 * The log of a session: connections, complete pieces, and responses of trackers. Messages of peers are not logged.
 */
export class SessionLog extends List<LogLine> {
  readonly #now: () => number;

  constructor(now: () => number) {
    super(MAX_LOG_LINES);
    this.#now = now;
  }

  detail(text: string): void {
    this.add({ at: this.#now(), level: "detail", text });
  }

  info(text: string): void {
    this.add({ at: this.#now(), level: "info", text });
  }

  warn(text: string): void {
    this.add({ at: this.#now(), level: "warning", text });
  }
}
