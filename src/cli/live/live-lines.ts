/** The parts of an output stream that a live display uses. */
export interface Terminal {
  readonly columns: number | undefined;
  readonly rows: number | undefined;
  write(text: string): unknown;
}

const HIDE_CURSOR = "\u001b[?25l";
const SHOW_CURSOR = "\u001b[?25h";
const ERASE_LINE_END = "\u001b[K";
const ERASE_BELOW = "\u001b[J";

/** The width that is assumed for a terminal of unknown size. */
const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;

/** Lines at the end of the output that are redrawn in place; other text is printed above them. */
export class LiveLines {
  readonly #terminal: Terminal;
  #lines: readonly string[] = [];
  #drawn = 0;
  #open = false;
  readonly #onExit = (): void => {
    this.close();
  };

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /**
   * The number of columns that a line may use. The last column of the terminal is not used, because some terminals
   * start a new line when it is written.
   */
  get columns(): number {
    return Math.max(20, (this.#terminal.columns ?? DEFAULT_COLUMNS) - 1);
  }

  /**
   * The number of lines that may be shown. It is limited, because a line that has scrolled off the screen cannot be
   * redrawn.
   */
  get rows(): number {
    return Math.max(1, (this.#terminal.rows ?? DEFAULT_ROWS) - 2);
  }

  /** Replaces the lines of the display. Each must fit in `columns`. */
  update(lines: readonly string[]): void {
    this.#lines = lines.slice(0, this.rows);
    if (!this.#open) {
      this.#open = true;
      this.#terminal.write(HIDE_CURSOR);
      process.once("exit", this.#onExit);
    }
    this.#draw("");
  }

  /** Prints text above the display. */
  print(text: string): void {
    this.#draw(`${text.replaceAll("\n", `${ERASE_LINE_END}\n`)}${ERASE_LINE_END}\n`);
  }

  /** Erases the display and restores the terminal. */
  close(): void {
    if (!this.#open) return;
    this.#lines = [];
    this.#draw("");
    this.#open = false;
    process.off("exit", this.#onExit);
    this.#terminal.write(SHOW_CURSOR);
  }

  /**
   * Draws `above` and the lines with one write, so that the display does not flicker and no other output is printed in
   * between.
   */
  #draw(above: string): void {
    const up = this.#drawn > 0 ? `\u001b[${this.#drawn}A\r` : "";
    this.#drawn = this.#lines.length;
    this.#terminal.write(
      `${up}${above}${this.#lines.map((line) => `${line}${ERASE_LINE_END}\n`).join("")}${ERASE_BELOW}`,
    );
  }
}
