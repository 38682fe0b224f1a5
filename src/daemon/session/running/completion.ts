import { spawn } from "node:child_process";
import { toError } from "../../../base/index.ts";
import type { Log } from "../../../runtime/index.ts";
import { MAX_SCRIPTS, SCRIPT_TIMEOUT_MS } from "../limits.ts";

/** The properties of a completed download that are passed to the script. */
export interface Completed {
  readonly id: string;
  readonly name: string;
  /** The path of the data: of the file, or of the folder when the torrent has several files. */
  readonly path: string;
  readonly label: string;
}

/**
 * Runs the user's program for each completed download. It is run without a shell and without arguments, so that the
 * name of a torrent cannot be executed as a command. It gets the environment variables MILLRACE_ID, MILLRACE_NAME,
 * MILLRACE_PATH and MILLRACE_LABEL.
 */
export class CompletionScript {
  readonly #program: string;
  readonly #log: Log;
  readonly #waiting: Completed[] = [];
  readonly #running = new Set<{ readonly kill: () => void; readonly ended: Promise<void> }>();
  #isClosed = false;

  constructor(program: string, log: Log) {
    this.#program = program;
    this.#log = log;
  }

  run(completed: Completed): void {
    this.#waiting.push(completed);
    this.#next();
  }

  /** Stops the programs that run. Resolves when they have ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const running = [...this.#running];
    for (const { kill } of running) kill();
    await Promise.all(running.map(({ ended }) => ended));
  }

  #next(): void {
    if (this.#isClosed || this.#running.size >= MAX_SCRIPTS) return;
    const completed = this.#waiting.shift();
    if (completed !== undefined) this.#start(completed);
  }

  #start({ id, name, path, label }: Completed): void {
    const program = this.#program;
    const abort = new AbortController();
    // The token that the daemon may have got by its environment is not the script's.
    const env = {
      ...process.env,
      MILLRACE_TOKEN: undefined,
      MILLRACE_ID: id,
      MILLRACE_NAME: plain(name),
      MILLRACE_PATH: plain(path),
      MILLRACE_LABEL: plain(label),
    };
    const ended = new Promise<void>((resolve) => {
      const failed = (reason: string): void =>
        this.#log.error("the completion script failed", { infoHash: id, program, reason });
      try {
        const child = spawn(program, [], {
          env,
          shell: false,
          stdio: "ignore",
          timeout: SCRIPT_TIMEOUT_MS,
          signal: abort.signal,
          killSignal: "SIGTERM",
        });
        child.on("error", (error) => {
          if (!abort.signal.aborted) failed(error.message);
          resolve();
        });
        child.on("close", (code, signal) => {
          if (code !== 0 && !abort.signal.aborted)
            failed(signal === null ? `exit status ${code}` : `ended by ${signal}`);
          resolve();
        });
      } catch (error) {
        failed(toError(error).message);
        resolve();
      }
    });
    const run = { kill: () => abort.abort(), ended };
    this.#running.add(run);
    ended.then(
      () => {
        this.#running.delete(run);
        this.#next();
      },
      () => undefined,
    );
  }
}

/** Removes NUL characters from a text, because an environment variable cannot contain them. */
function plain(text: string): string {
  return text.replaceAll("\0", "");
}
