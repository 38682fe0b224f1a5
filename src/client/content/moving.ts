import { AbortError } from "../../base/index.ts";

/** One job that moves or renames a torrent's data. The torrent does not run during the job. */
export class Moving {
  /** Whether the torrent is to be started after the job. */
  hasToResume: boolean;
  readonly #abort = new AbortController();
  #ended: Promise<unknown> = Promise.resolve();

  constructor(hasToResume: boolean) {
    this.hasToResume = hasToResume;
  }

  /** Runs `job` with a signal that {@link Moving.end} aborts. Resolves and rejects as `job` does. */
  async run(job: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const running = job(this.#abort.signal);
    this.#ended = running.catch(() => undefined);
    await running;
  }

  /** Aborts the job and resolves when it has ended, even if it failed. */
  async end(): Promise<void> {
    this.hasToResume = false;
    this.#abort.abort(new AbortError());
    await this.#ended;
  }
}
