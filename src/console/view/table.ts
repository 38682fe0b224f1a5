import { cutText, styleFor, textWidth, type Style } from "../../terminal/index.ts";

/** How a cell is meant, for colour. */
export type Tone = "plain" | "dim" | "good" | "bad" | "warn" | "strong" | "accent";

export type Cell = string | { readonly text: string; readonly tone: Tone };

export interface TableColumn {
  readonly title: string;
  readonly align?: "left" | "right";
  /** May be cut when the screen is narrow: the last of these first. */
  readonly flexible?: boolean;
}

export interface TableOptions {
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly Cell[])[];
  /** What to say when there are no rows. */
  readonly empty: string;
  /** A line above. */
  readonly title?: string | undefined;
  /** A line below. */
  readonly footer?: string | undefined;
}

/** Columns of a screen that nobody told us about. */
const USUAL_WIDTH = 100;
/** Columns between two columns. */
const GAP = 2;
/** A flexible column is not made narrower. */
const LEAST = 8;

/** The width of the screen, or a usual one. */
export function screenWidth(): number {
  return process.stdout.isTTY && process.stdout.columns > 0 ? process.stdout.columns : USUAL_WIDTH;
}

function textOf(cell: Cell | undefined): string {
  return typeof cell === "string" ? cell : (cell?.text ?? "");
}

/** Rows under their titles, fitted to the screen. It draws itself wherever it is printed. */
export class Table {
  readonly #options: TableOptions;

  constructor(options: TableOptions) {
    this.#options = options;
  }

  /** The rows, without drawing. */
  get rows(): readonly (readonly string[])[] {
    return this.#options.rows.map((row) => row.map((cell) => textOf(cell)));
  }

  /** Drawn for a screen of so many columns. */
  render(width: number, style: Style): string {
    const { columns, rows, empty, title, footer } = this.#options;
    const head = title === undefined ? [] : [style.strong(title)];
    if (rows.length === 0) return [...head, style.dim(empty)].join("\n");
    const widths = this.#widths(width);
    const draw = (cells: readonly Cell[]): string => {
      let line = "";
      columns.forEach((column, at) => {
        const cell = cells[at];
        const room = widths[at] ?? 0;
        const text = cutText(textOf(cell), room, style.unicode ? "…" : "~");
        const space = " ".repeat(Math.max(0, room - textWidth(text)));
        const painted = typeof cell === "object" && cell.tone !== "plain" ? style[cell.tone](text) : text;
        const isLast = at === columns.length - 1;
        line += (column.align === "right" ? space + painted : painted + (isLast ? "" : space)) + (isLast ? "" : " ".repeat(GAP));
      });
      return line.trimEnd();
    };
    const titles = draw(columns.map(({ title: text }): Cell => ({ text, tone: "dim" })));
    return [...head, titles, ...rows.map(draw), ...(footer === undefined ? [] : [style.dim(footer)])].join("\n");
  }

  toString(): string {
    return this.render(screenWidth(), styleFor(process.stdout));
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  #widths(width: number): number[] {
    const { columns, rows } = this.#options;
    const widths = columns.map((column, at) => rows.reduce((most, row) => Math.max(most, textWidth(textOf(row[at]))), textWidth(column.title)));
    let excess = widths.reduce((sum, each) => sum + each, GAP * (columns.length - 1)) - width;
    for (let at = columns.length - 1; at >= 0 && excess > 0; at--) {
      if (columns[at]?.flexible !== true) continue;
      const now = widths[at] ?? 0;
      const less = Math.min(excess, Math.max(0, now - LEAST));
      widths[at] = now - less;
      excess -= less;
    }
    return widths;
  }
}
