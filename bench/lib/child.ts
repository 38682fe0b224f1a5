/** A program under measurement: its output is read line by line, and it is always ended. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { cpuSeconds, now } from "./proc.ts";

/** Seconds that a program has to end after SIGTERM. */
const STOP_SECONDS = 10;
/** Characters of stderr that are kept for the message when it fails. */
const STDERR_LENGTH = 2000;

export interface ChildEvent {
  readonly event: string;
  /** CLOCK_MONOTONIC in seconds: as the program printed it, else when the line was read. */
  readonly t: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface ChildOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const alive = new Set<Child>();

/** Kills every program that is still running; for the end of the harness. */
export function killAll(): void {
  for (const child of alive) child.kill();
}

export class Child {
  readonly name: string;
  readonly pid: number;
  /** Resolves with the exit status when it has ended and its output is read. Never rejects. */
  readonly ended: Promise<number>;
  readonly startedAt = now();
  endedAt: number | undefined;
  readonly #process: ChildProcess;
  readonly #events: ChildEvent[] = [];
  #listeners: (() => void)[] = [];
  #stderr = "";
  #status: number | undefined;
  #lastCpu = 0;

  constructor(name: string, argv: readonly string[], options: ChildOptions = {}) {
    const [command = "", ...args] = argv;
    this.name = name;
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#process = child;
    this.pid = child.pid ?? 0;
    alive.add(this);
    child.stdin.on("error", () => undefined);
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_LENGTH);
    });
    createInterface({ input: child.stdout }).on("line", (line) => this.#hear(line));
    child.once("exit", () => {
      this.endedAt = now();
    });
    this.ended = new Promise((resolve) => {
      const end = (status: number) => {
        if (this.#status !== undefined) return;
        this.#status = status;
        this.endedAt ??= now();
        alive.delete(this);
        this.#wake();
        resolve(status);
      };
      child.once("error", (error) => {
        this.#stderr += error.message;
        end(-1);
      });
      child.once("close", (code, signal) => end(code ?? (signal === null ? -1 : 128)));
    });
  }

  get isAlive(): boolean {
    return this.#status === undefined;
  }

  get stderr(): string {
    return this.#stderr.trim();
  }

  #hear(line: string): void {
    if (!line.startsWith("{")) return;
    try {
      const fields = JSON.parse(line) as Record<string, unknown>;
      const { event, t } = fields;
      if (typeof event === "string") this.#events.push({ event, t: typeof t === "number" ? t : now(), fields });
    } catch {
      return; // No event of ours.
    }
    this.#wake();
  }

  #wake(): void {
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const listener of listeners) listener();
  }

  /** All events of a name so far. */
  events(name: string): ChildEvent[] {
    return this.#events.filter((each) => each.event === name);
  }

  /** The first of them. */
  event(name: string): ChildEvent | undefined {
    return this.#events.find((each) => each.event === name);
  }

  /** The first event of a name. Throws when the program ends without it, or after `seconds`. */
  async waitFor(name: string, seconds: number): Promise<ChildEvent> {
    const deadline = now() + seconds;
    for (;;) {
      const found = this.event(name);
      if (found !== undefined) return found;
      if (!this.isAlive)
        throw new Error(`${this.name} ended before "${name}" (status ${this.#status}): ${this.stderr}`);
      const left = deadline - now();
      if (left <= 0) throw new Error(`${this.name}: no "${name}" in ${seconds} s ${this.stderr}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left * 1000);
        this.#listeners.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  send(message: unknown): void {
    this.#process.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  /** User and system seconds so far, with all descendants; the last known figure once it has ended. */
  cpu(): number {
    if (this.isAlive) this.#lastCpu = Math.max(this.#lastCpu, cpuSeconds(this.pid));
    return this.#lastCpu;
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  kill(): void {
    this.signal("SIGKILL");
  }

  async stop(): Promise<void> {
    if (!this.isAlive) return;
    this.signal("SIGTERM");
    const timer = setTimeout(() => this.kill(), STOP_SECONDS * 1000);
    await this.ended;
    clearTimeout(timer);
  }
}
