import type { Entry } from "../../conversation/entry.ts";
import { MAX_NOTICES_PER_SECOND } from "../../limits.ts";
import type { LogLine } from "../../session/log.ts";
import type { PeerView } from "../../session/peer/peer-view.ts";
import type { ConsoleSession } from "../../session/session.ts";

/** Options of {@link Notices}. */
export interface NoticesOptions {
  readonly session: ConsoleSession;
  readonly print: (text: string) => void;
  readonly message: (peer: PeerView, entry: Entry) => string;
  readonly line: (line: Pick<LogLine, "level" | "text">) => string;
}

/**
 * Prints events while the user types: messages of both sides, connections, complete pieces. When there are too many
 * in a second, lines are left out, because a fast peer would fill the screen; warnings and the latest line are always
 * printed.
 */
export class Notices {
  isQuiet = false;
  readonly #options: NoticesOptions;
  readonly #stop: () => void;
  readonly #printed = new WeakSet<object>();
  #second = 0;
  #shown = 0;
  #skipped = 0;
  #latest: LogLine | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: NoticesOptions) {
    const { session } = options;
    this.#options = options;
    this.#stop = session.log.watch((line) => this.#onLine(line));
    session.onPeer((peer) => {
      peer.timeline.watch((entry) => {
        if (this.#printNotice(() => options.message(peer, entry))) this.#printed.add(entry);
      });
    });
  }

  /** Whether a message was already printed as an event. It is then not printed again when it is the value of a line. */
  isShown(value: unknown): boolean {
    return typeof value === "object" && value !== null && this.#printed.has(value);
  }

  close(): void {
    this.isQuiet = true;
    clearTimeout(this.#timer);
    this.#stop();
  }

  #onLine(line: LogLine): void {
    const { print, line: textOf } = this.#options;
    if (line.level === "warning") print(textOf(line));
    else if (line.level === "info" && !this.#printNotice(() => textOf(line))) this.#latest = line;
  }

  /**
   * Prints a text unless too many were printed in this second. Returns whether it was printed. `text` is called only
   * when its result is printed.
   */
  #printNotice(text: () => string): boolean {
    if (this.isQuiet) return false;
    const second = Math.floor(this.#options.session.now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#shown = 0;
    }
    if (this.#shown < MAX_NOTICES_PER_SECOND) {
      this.#shown++;
      this.#options.print(text());
      return true;
    }
    this.#skipped++;
    this.#timer ??= setTimeout(() => this.#sumUp(), 1000);
    return false;
  }

  #sumUp(): void {
    const { print, line } = this.#options;
    this.#timer = undefined;
    print(
      line({
        level: "info",
        text: `… and ${this.#skipped} more: timeline(peer) and log have them all, quiet() hides them`,
      }),
    );
    if (this.#latest !== undefined) print(line(this.#latest));
    this.#latest = undefined;
    this.#skipped = 0;
  }
}
