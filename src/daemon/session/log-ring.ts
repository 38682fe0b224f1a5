import type { LogLine } from "../../api/index.ts";
import type { Clock, Log, LogFields } from "../../runtime/index.ts";
import type { SessionLog } from "./session.ts";
import { MAX_LOG_LINES, MAX_LOG_TEXT } from "./limits.ts";

const ID = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/** A log that stores its last lines for the web page, and passes all lines to another log. */
export class LogRing implements Log, SessionLog {
  readonly #clock: Clock;
  readonly #next: Log;
  readonly #onLine: (line: LogLine) => void;
  readonly #lines: LogLine[] = [];
  #lastId = 0;

  constructor(clock: Clock, next: Log, onLine: (line: LogLine) => void) {
    this.#clock = clock;
    this.#next = next;
    this.#onLine = onLine;
  }

  /** Returns the stored lines whose id is greater than `after`, the oldest first. */
  lines(after = 0): readonly LogLine[] {
    const first = this.#lines[0]?.id ?? 1;
    return this.#lines.slice(Math.max(0, after + 1 - first));
  }

  /** Passes a debug line to the other log. It is not stored, because there are too many debug lines. */
  debug(message: string, fields?: LogFields): void {
    this.#next.debug(message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#keep("info", message, fields);
    this.#next.info(message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#keep("warn", message, fields);
    this.#next.warn(message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#keep("error", message, fields);
    this.#next.error(message, fields);
  }

  #keep(level: LogLine["level"], message: string, fields: LogFields = {}): void {
    const details = Object.entries(fields).flatMap(([key, value]) =>
      value === undefined || key === "infoHash" ? [] : [`${key}: ${text(value)}`],
    );
    const { infoHash } = fields;
    const line: LogLine = {
      id: ++this.#lastId,
      at: this.#clock.wallTime(),
      level,
      message: [message, ...details].join("; ").slice(0, MAX_LOG_TEXT),
      torrent: typeof infoHash === "string" && ID.test(infoHash) ? infoHash : null,
    };
    this.#lines.push(line);
    if (this.#lines.length > MAX_LOG_LINES) this.#lines.shift();
    this.#onLine(line);
  }
}

function text(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
}
