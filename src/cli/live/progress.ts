import type { Output } from "../output/output.ts";
import { LiveLines } from "./live-lines.ts";
import { rowLine } from "./row.ts";
import type { RowView } from "./row.ts";

/** The time, in milliseconds, between two updates of the live display. */
export const DRAW_EVERY_MS = 200;

/** Whether to show a live display: stderr is a terminal, and neither `--json` nor `--quiet` is set. */
export function isLive(output: Output, isQuiet: boolean): boolean {
  return process.stderr.isTTY && !output.json && !isQuiet && process.env["TERM"] !== "dumb";
}

/** A live display on stderr. Text that the command prints meanwhile appears above it. */
export class LiveDisplay {
  readonly #lines = new LiveLines(process.stderr);
  readonly #output: Output;
  readonly #timer: NodeJS.Timeout;
  readonly #render: (columns: number, rows: number) => readonly string[];

  constructor(output: Output, render: (columns: number, rows: number) => readonly string[]) {
    this.#output = output;
    this.#render = render;
    this.#timer = setInterval(() => this.draw(), DRAW_EVERY_MS);
    this.#timer.unref();
    output.divert((text) => this.#lines.print(text));
    this.draw();
  }

  draw(): void {
    this.#lines.update(this.#render(this.#lines.columns, this.#lines.rows));
  }

  close(): void {
    clearInterval(this.#timer);
    this.#lines.close();
    this.#output.divert(undefined);
  }
}

/** A progress bar for hashing or checking bytes. Shows nothing when the output is not a terminal. */
export class ByteProgress {
  readonly #display: LiveDisplay | undefined;
  readonly #start = performance.now();
  readonly #name: string;
  #done = 0;
  #total = 0;

  constructor(output: Output, name: string) {
    this.#name = name;
    this.#display = isLive(output, false)
      ? new LiveDisplay(output, (columns) => [rowLine(this.#view(), columns, output.noteStyle)])
      : undefined;
  }

  update(done: number, total: number): void {
    this.#done = done;
    this.#total = total;
  }

  close(): void {
    this.#display?.close();
  }

  #view(): RowView {
    const seconds = (performance.now() - this.#start) / 1000;
    const rate = seconds > 0 ? this.#done / seconds : 0;
    const share = this.#total > 0 ? this.#done / this.#total : 0;
    const etaSeconds = rate > 0 ? (this.#total - this.#done) / rate : undefined;
    return { name: this.#name, share, down: rate, up: undefined, etaSeconds, peers: undefined };
  }
}
