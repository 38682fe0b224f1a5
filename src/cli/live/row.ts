import { clean, fitText, formatDuration, formatPercent, formatRate, textWidth } from "../../terminal/index.ts";
import type { Style } from "../../terminal/index.ts";
import { bar } from "./bar.ts";

/** The values that one line of the live display shows for a torrent. */
export interface RowView {
  readonly name: string;
  /** The completed part, from 0 to 1. */
  readonly share: number;
  /** The download rate in bytes a second; `undefined` when there is no rate to show. */
  readonly down: number | undefined;
  readonly up: number | undefined;
  readonly etaSeconds: number | undefined;
  readonly peers: number | undefined;
  /** A state or problem to show in place of rates and peers. */
  readonly text?: { readonly look: "plain" | "warn" | "bad" | "good"; readonly value: string } | undefined;
}

interface Cell {
  readonly width: number;
  readonly text: string;
}

const MIN_NAME = 14;
const MIN_BAR = 8;
const MAX_BAR = 30;
const PERCENT_WIDTH = 6;

/**
 * Formats a torrent as one line of at most `columns`: name, bar, percentage, rates, remaining time, peers. When the
 * terminal is narrow, the less important cells are left out.
 */
export function rowLine(view: RowView, columns: number, style: Style): string {
  const mark = style.unicode ? "…" : "~";
  const percent = fitText(formatPercent(view.share), PERCENT_WIDTH, "right");
  const cells = view.text === undefined ? numberCells(view, style) : [];
  // Least important last: what does not fit is left out.
  let tail = width(cells);
  while (cells.length > 0 && columns - tail - PERCENT_WIDTH - 2 < MIN_NAME + MIN_BAR) {
    cells.splice(leastImportant(cells), 1);
    tail = width(cells);
  }
  if (view.text !== undefined)
    tail = Math.min(
      // Wide terminals have room for all of it beside the name.
      Math.max(Math.floor(columns * 0.55), columns - PERCENT_WIDTH - 2 - MAX_BAR - textWidth(clean(view.name)) - 1),
      textWidth(clean(view.text.value)) + 2,
      columns - PERCENT_WIDTH - 2 - MIN_BAR - 1,
    );
  const room = columns - tail - PERCENT_WIDTH - 2;
  const barWidth = Math.max(MIN_BAR, Math.min(MAX_BAR, Math.floor(room * 0.4)));
  const name = fitText(clean(view.name), Math.max(1, room - barWidth), "left", mark);
  const front = `${name} ${bar(view.share, barWidth, style)} ${percent}`;
  if (view.text === undefined) return front + cells.map((cell) => `  ${cell.text}`).join("");
  return `${front}  ${look(view.text.look, style)(fitText(clean(view.text.value), Math.max(1, tail - 2), "left", mark).trimEnd())}`;
}

function numberCells(view: RowView, style: Style): Cell[] {
  const [down, up] = style.unicode ? ["↓", "↑"] : ["D ", "U "];
  const cells: Cell[] = [];
  const add = (text: string, columns: number): void => {
    cells.push({ width: columns, text: fitText(text, columns, "right") });
  };
  if (view.down !== undefined) add(`${down}${formatRate(view.down)}`, 11);
  if (view.up !== undefined) add(`${up}${formatRate(view.up)}`, 11);
  if (view.down !== undefined) add(view.etaSeconds === undefined ? "" : formatDuration(view.etaSeconds), 7);
  if (view.peers !== undefined) add(`${view.peers} ${view.peers === 1 ? "peer" : "peers"}`, view.peers > 99 ? 9 : 8);
  return cells;
}

/**
 * Returns the index of the cell that is left out next: the upload rate, then peers, then the remaining time, and the
 * download rate last.
 */
function leastImportant(cells: readonly Cell[]): number {
  return cells.length >= 3 ? 1 : cells.length - 1;
}

function width(cells: readonly Cell[]): number {
  return cells.reduce((sum, cell) => sum + cell.width + 2, 0);
}

function look(name: "plain" | "warn" | "bad" | "good", style: Style): (text: string) => string {
  return (text) => (name === "plain" ? style.dim(text) : style[name](text));
}
