import { clean, cutText, fitText, styleFor, textWidth, type Style } from "../../terminal/index.ts";
import { wrapText } from "./wrap.ts";

/** The name of a text style. */
export type Look = Exclude<keyof Style, "unicode">;

/** A text with a style. The text is measured without the style. */
export interface PaintedCell {
  readonly text: string;
  readonly look?: Look | undefined;
}

/** The content of a cell. */
export type Cell = string | PaintedCell;

/** A column of a table. */
export interface TableColumn {
  readonly title: string;
  readonly align?: "left" | "right" | undefined;
  /**
   * The way in which the column becomes narrower when the table is too wide: `cut` shortens its text, `wrap` continues
   * the text on the next line. By default the column keeps its width.
   */
  readonly flexible?: "cut" | "wrap" | undefined;
  /** Whether to omit the column when all its cells are empty. */
  readonly omitEmpty?: boolean | undefined;
  /**
   * In a terminal with fewer columns than this number, the cells of this column are printed on lines under their rows.
   */
  readonly belowUnder?: number | undefined;
}

/** Options of a table besides its columns. */
export interface TableOptions {
  /** The text that is printed in place of an empty table. */
  readonly empty?: string | undefined;
  /** A line above the header. */
  readonly caption?: string | undefined;
  /** A line below the rows, in a dim colour. */
  readonly legend?: string | undefined;
}

/** Options of {@link Table.draw}. */
export interface DrawOptions {
  /** Columns of the terminal. Default: the width of stdout, or {@link PLAIN_WIDTH} if it is not a terminal. */
  readonly width?: number | undefined;
  /** The style of the text. Default: with colours if stdout is a terminal that supports them. */
  readonly style?: Style | undefined;
}

/** The assumed width of the terminal, in columns, when it is not known. */
export const PLAIN_WIDTH = 100;
/** The minimum width, in columns, of a column that can become narrower. */
const MIN_FLEXIBLE = 12;
const GAP = "  ";
/** The indentation of cells that are printed below their row. */
const INDENT = " ".repeat(9);

/**
 * A table of text, with columns that have titles, and rows. The text is made only when the table is printed: by
 * `console.log(table)`, the REPL or `String(table)`.
 */
export class Table {
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly Cell[])[];
  readonly #options: TableOptions;

  constructor(columns: readonly TableColumn[], rows: readonly (readonly Cell[])[], options: TableOptions = {}) {
    this.columns = columns;
    this.rows = rows;
    this.#options = options;
  }

  /** Returns the table as text, without a line break at the end. Control characters in cells are escaped. */
  draw(options: DrawOptions = {}): string {
    const style = options.style ?? styleFor(process.stdout);
    const width = options.width ?? process.stdout.columns ?? PLAIN_WIDTH;
    const { caption, legend, empty = "nothing yet" } = this.#options;
    const head = caption === undefined ? [] : wrapText(clean(caption), width).map((line) => style.strong(line));
    if (this.rows.length === 0)
      return [...head, ...wrapText(clean(empty), width).map((line) => style.dim(line))].join("\n");
    // Of many rows there are more lines than a call may have arguments.
    const lines = head.concat(this.#grid(width, style));
    if (legend !== undefined) lines.push(...wrapText(clean(legend), width).map((line) => style.dim(line)));
    return lines.join("\n");
  }

  toString(): string {
    return this.draw();
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.draw();
  }

  #grid(width: number, style: Style): string[] {
    const texts = this.rows.map((row) => this.columns.map((_, at) => clean(textOf(row[at]))));
    const isBelow = (at: number): boolean => width < (this.columns[at]?.belowUnder ?? 0);
    const below = [...this.columns.keys()].filter(isBelow);
    const shown = [...this.columns.keys()].filter(
      (at) => !isBelow(at) && (this.columns[at]?.omitEmpty !== true || texts.some((row) => row[at] !== "")),
    );
    const columns = shown.flatMap((at) => this.columns[at] ?? []);
    const cells = texts.map((row) => shown.map((at) => row[at] ?? ""));
    const widths = fitWidths(columns, cells, width);
    const mark = style.unicode ? "…" : "...";
    const header = columns.map((column, at) => fitText(column.title, widths[at] ?? 0, column.align, mark)).join(GAP);
    const lines = [style.dim(header.trimEnd())];
    cells.forEach((row, number) => {
      const looks = shown.map((at) => lookOf(this.rows[number]?.[at]));
      lines.push(...drawRow(columns, row, { widths, mark, paint: (at, text) => painted(style, looks[at], text) }));
      for (const at of below) {
        const text = texts[number]?.[at] ?? "";
        if (text !== "")
          lines.push(
            ...wrapText(text, width - INDENT.length).map(
              (line) => INDENT + painted(style, lookOf(this.rows[number]?.[at]), line),
            ),
          );
      }
    });
    return lines;
  }
}

interface RowStyle {
  readonly widths: readonly number[];
  readonly mark: string;
  readonly paint: (at: number, text: string) => string;
}

/** Formats one row. The result has several lines when a cell is wrapped. */
function drawRow(columns: readonly TableColumn[], row: readonly string[], { widths, mark, paint }: RowStyle): string[] {
  const parts = columns.map(({ flexible }, at) => {
    const width = widths[at] ?? 0;
    return flexible === "wrap" ? wrapText(row[at] ?? "", width) : [cutText(row[at] ?? "", width, mark)];
  });
  const height = Math.max(...parts.map((part) => part.length));
  const last = (line: number): number => parts.findLastIndex((part) => (part[line] ?? "") !== "");
  return Array.from({ length: height }, (_, line) =>
    columns
      .slice(0, last(line) + 1)
      .map(({ align }, at) => {
        const text = parts[at]?.[line] ?? "";
        const spaces =
          at === last(line) && align !== "right" ? "" : " ".repeat(Math.max(0, (widths[at] ?? 0) - textWidth(text)));
        return align === "right" ? spaces + paint(at, text) : paint(at, text) + spaces;
      })
      .join(GAP),
  );
}

/**
 * Returns the width of each column: the width of its content. When the table is too wide, the widest flexible columns
 * become narrower first.
 */
function fitWidths(columns: readonly TableColumn[], rows: readonly (readonly string[])[], width: number): number[] {
  const widths = columns.map(({ title }, at) =>
    rows.reduce((most, row) => Math.max(most, textWidth(row[at] ?? "")), textWidth(title)),
  );
  let excess = widths.reduce((sum, one) => sum + one, 0) + GAP.length * (columns.length - 1) - width;
  while (excess > 0) {
    const flexible = [...columns.keys()].filter(
      (at) => columns[at]?.flexible !== undefined && (widths[at] ?? 0) > MIN_FLEXIBLE,
    );
    const widest = flexible.toSorted((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0));
    const [first, second] = widest;
    if (first === undefined) break;
    // Down to the next in width, or one by one when they are alike.
    const level = Math.max(
      MIN_FLEXIBLE,
      second === undefined ? MIN_FLEXIBLE : Math.min(widths[second] ?? 0, (widths[first] ?? 0) - 1),
    );
    const taken = Math.min(excess, (widths[first] ?? 0) - level);
    widths[first] = (widths[first] ?? 0) - taken;
    excess -= taken;
  }
  return widths;
}

function textOf(cell: Cell | undefined): string {
  return typeof cell === "object" ? cell.text : (cell ?? "");
}

function lookOf(cell: Cell | undefined): Look | undefined {
  return typeof cell === "object" ? cell.look : undefined;
}

function painted(style: Style, look: Look | undefined, text: string): string {
  return look === undefined || text === "" ? text : style[look](text);
}

/** A column, with a function that returns its cell for an object. */
export interface Field<T> extends TableColumn {
  readonly of: (row: T) => Cell;
}

/**
 * Makes a table with one row for each object and one column for each field: `tableOf(fields, trackers, { empty: "no
 * trackers" })`.
 */
export function tableOf<T>(fields: readonly Field<T>[], rows: readonly T[], options: TableOptions = {}): Table {
  return new Table(
    fields,
    rows.map((row) => fields.map((field) => field.of(row))),
    options,
  );
}
