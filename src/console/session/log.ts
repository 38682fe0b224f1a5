import { MAX_LOG_LINES } from "../limits.ts";
import { List } from "../list.ts";

/** Something that happened in a session. */
export interface LogLine {
  /** Milliseconds since the session began. */
  readonly at: number;
  /** `"detail"` is told elsewhere as well. */
  readonly level: "detail" | "info" | "warning";
  readonly text: string;
}

/** What happened in a session besides messages: connections, pieces that became whole, answers of trackers. */
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
