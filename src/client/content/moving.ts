import { AbortError } from "../../base/index.ts";

/** A torrent's data on its way to another folder; the torrent does not run meanwhile. */
export class Moving {
  /** Whether it is to run afterwards. */
  resume: boolean;
  readonly #abort = new AbortController();
  #ended: Promise<unknown> = Promise.resolve();

  constructor(resume: boolean) {
    this.resume = resume;
  }

  /** Does it. Resolves and rejects as `job` does. */
  async run(job: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const running = job(this.#abort.signal);
    this.#ended = running.catch(() => undefined);
    await running;
  }

  /** Ends it; resolves when nothing is copied any more. It may have come to its end by itself. */
  async end(): Promise<void> {
    this.resume = false;
    this.#abort.abort(new AbortError());
    await this.#ended;
  }
}
