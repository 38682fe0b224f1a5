import type { Entry } from "../conversation/entry.ts";
import { MAX_NOTICES_PER_SECOND } from "../limits.ts";
import type { PeerView } from "../session/peer-view.ts";
import type { ConsoleSession } from "../session/session.ts";

export interface NoticesOptions {
  readonly session: ConsoleSession;
  readonly print: (text: string) => void;
  readonly message: (peer: PeerView, entry: Entry) => string;
  readonly line: (text: string) => string;
}

/** Tells a person what happens while a line is being typed: messages of peers, connections, pieces. Bounded, or a fast peer would fill the screen. */
export class Notices {
  isQuiet = false;
  readonly #options: NoticesOptions;
  readonly #stop: () => void;
  #second = 0;
  #shown = 0;
  #skipped = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: NoticesOptions) {
    const { session } = options;
    this.#options = options;
    this.#stop = session.log.watch(({ text }) => this.#tell(() => options.line(text)));
    session.onPeer((peer) => {
      peer.messages.watch((entry) => this.#tell(() => options.message(peer, entry)));
    });
  }

  close(): void {
    this.isQuiet = true;
    clearTimeout(this.#timer);
    this.#stop();
  }

  /** `text` is asked for only when it is shown: of a flood most is not. */
  #tell(text: () => string): void {
    if (this.isQuiet) return;
    const second = Math.floor(this.#options.session.now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#shown = 0;
    }
    if (this.#shown < MAX_NOTICES_PER_SECOND) {
      this.#shown++;
      this.#options.print(text());
      return;
    }
    this.#skipped++;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#options.print(this.#options.line(`… and ${this.#skipped} more: timeline(peer) has them all, quiet() hides them`));
      this.#skipped = 0;
    }, 1000);
  }
}
