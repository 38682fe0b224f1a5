import { styleFor } from "../../terminal/index.ts";
import type { Style } from "../../terminal/index.ts";
import type { Problem } from "./problem.ts";

/** Matches characters that JSON does not escape and that can control a terminal. */
const UNSAFE_IN_JSON = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/** Returns a value as one line of JSON without control characters. */
export function toJsonLine(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    UNSAFE_IN_JSON,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * The output of a command. Results are printed on stdout: text, or only JSON lines with `--json`. Notes are printed
 * on stderr.
 */
export class Output {
  readonly json: boolean;
  /** The style of text on stdout. */
  readonly style: Style;
  /** The style of text on stderr. */
  readonly noteStyle: Style;
  /** The function that prints text above a live display; `undefined` when there is no display. */
  #notePrinter: ((text: string) => void) | undefined;

  constructor(json: boolean) {
    this.json = json;
    this.style = styleFor(process.stdout);
    this.noteStyle = styleFor(process.stderr);
  }

  /** Prints a line of text on stdout. Prints nothing with `--json`. */
  line(text = ""): void {
    if (this.json) return;
    if (this.#notePrinter !== undefined && process.stdout.isTTY) this.#notePrinter(text);
    else process.stdout.write(`${text}\n`);
  }

  /** With `--json`, prints a result or an event as one line of JSON. Otherwise prints nothing. */
  data(value: unknown): void {
    if (this.json) process.stdout.write(`${toJsonLine(value)}\n`);
  }

  /** Prints a line on stderr. */
  note(text: string): void {
    if (this.#notePrinter === undefined) process.stderr.write(`${text}\n`);
    else this.#notePrinter(text);
  }

  /** Prints an error as one line on stderr. */
  problem(problem: Problem): void {
    this.note(`${this.noteStyle.bad("millrace:")} ${problem.message}`);
  }

  /**
   * Passes notes, and other lines for the same terminal, to `printer`, which prints them above a live display. With
   * `undefined`, they are printed directly again.
   */
  divert(printer: ((text: string) => void) | undefined): void {
    this.#notePrinter = printer;
  }
}
