import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import { createInterface } from "node:readline";
import { afterEach } from "vitest";
// Hooks run in reverse order: this one is registered before ours, so that folders are removed after the programs end.
import "./temp-folder.ts";

/** Milliseconds that an operation may take on a slow, loaded machine. */
export const DEADLINE_MS = 90_000;

const running = new Set<Program>();

// Ends the programs that a test has left running, also after a failure.
afterEach(async () => {
  await Promise.all([...running].map((program) => program.stop()));
});

/** A child process that is ended after the test. */
export class Program {
  readonly child: ChildProcess;
  readonly #name: string;
  readonly #output: string[] = [];
  readonly #exited: Promise<unknown>;
  /** It could not be started. */
  #isStillborn = false;

  constructor(command: string, args: readonly string[], options: SpawnOptions = {}) {
    this.#name = command;
    this.child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], ...options });
    this.#exited = new Promise((resolve) => {
      this.child.once("exit", resolve);
      this.child.on("error", (error) => {
        this.#isStillborn = this.child.pid === undefined;
        this.#keep(error.message);
        if (this.#isStillborn) resolve(undefined);
      });
    });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on("data", (chunk: Buffer) => this.#keep(chunk.toString()));
    running.add(this);
  }

  /** The end of its output, for messages. */
  get output(): string {
    return this.#output.join("").slice(-2000);
  }

  get hasExited(): boolean {
    return this.#isStillborn || this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Calls `take` with each line of its standard output. */
  lines(take: (line: string) => void): void {
    if (this.child.stdout !== null) createInterface({ input: this.child.stdout }).on("line", take);
  }

  /** Resolves with the exit status. */
  async exit(): Promise<number | null> {
    if (!this.hasExited) await this.#exited;
    return this.child.exitCode;
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    running.delete(this);
    if (this.hasExited || this.child.pid === undefined) return;
    this.child.kill(signal);
    const killer = setTimeout(() => this.child.kill("SIGKILL"), 5_000);
    await this.#exited;
    clearTimeout(killer);
  }

  /** An error with the output of the program. */
  failure(what: string): Error {
    return new Error(`${this.#name} ${what}; it printed: ${this.output}`);
  }

  #keep(text: string): void {
    this.#output.push(text);
    if (this.#output.length > 200) this.#output.shift();
  }
}

/** A port that was free a moment ago, for TCP and (most likely) UDP. */
export async function freePort(ip = "127.0.0.1"): Promise<number> {
  const server = net.createServer();
  server.listen(0, ip);
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Calls `test` again and again until it returns a value. Rejects at the deadline with `what` in the message. */
export async function eventually<T>(
  what: string,
  test: () => Promise<T | undefined | false> | T | undefined | false,
  deadlineMs = DEADLINE_MS,
): Promise<T> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const answer = await test();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > end) throw new Error(`still not: ${what}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
}
