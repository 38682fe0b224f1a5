import { styleFor } from "../../terminal/index.ts";
import type { Style } from "../../terminal/index.ts";
import type { Problem } from "./problem.ts";

/** What JSON leaves as it is, but a terminal would obey. */
const UNSAFE_IN_JSON = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/** One line of JSON without control characters. */
export function toJsonLine(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    UNSAFE_IN_JSON,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * Where a command writes. Results go to stdout: text, or with `--json` only JSON lines.
 * Notes go to stderr.
 */
export class Output {
  readonly json: boolean;
  /** For stdout. */
  readonly style: Style;
  /** For stderr. */
  readonly noteStyle: Style;
  /** Text above a live display has to be printed by the display. */
  #notePrinter: ((text: string) => void) | undefined;

  constructor(json: boolean) {
    this.json = json;
    this.style = styleFor(process.stdout);
    this.noteStyle = styleFor(process.stderr);
  }

  /** A line of text on stdout; nothing with `--json`. */
  line(text = ""): void {
    if (this.json) return;
    if (this.#notePrinter !== undefined && process.stdout.isTTY) this.#notePrinter(text);
    else process.stdout.write(`${text}\n`);
  }

  /** The result, or an event, for programs; nothing without `--json`. */
  data(value: unknown): void {
    if (this.json) process.stdout.write(`${toJsonLine(value)}\n`);
  }

  /** A line on stderr. */
  note(text: string): void {
    if (this.#notePrinter === undefined) process.stderr.write(`${text}\n`);
    else this.#notePrinter(text);
  }

  /** One line on stderr with an error. */
  problem(problem: Problem): void {
    this.note(`${this.noteStyle.bad("millrace:")} ${problem.message}`);
  }

  /** Sends notes, and lines that would go to the same terminal, through a live display; `undefined` ends that. */
  divert(printer: ((text: string) => void) | undefined): void {
    this.#notePrinter = printer;
  }
}
