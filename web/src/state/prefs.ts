import { effect, signal } from "@preact/signals";
import type { ColumnId } from "../lists/columns.ts";
import { COLUMNS, columnOf, isColumnId } from "../lists/columns.ts";
import type { Sort } from "../lists/order.ts";

/** The preferences that this browser stores, and the daemon does not. */

/** The colour theme; with `auto` it is the theme of the operating system. */
export type Theme = "auto" | "light" | "dark";

const PREFIX = "millrace.";

function load(key: string): unknown {
  try {
    const text = localStorage.getItem(PREFIX + key);
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined; // Storage is switched off, or its content is invalid: use the defaults.
  }
}

function save(key: string, value: unknown): void {
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify(value));
  } catch {
    // A full or forbidden storage only means that the choice does not outlive the page.
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function loadColumns(): readonly ColumnId[] {
  const value = load("columns");
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  const known = list.filter((id): id is ColumnId => typeof id === "string" && isColumnId(id));
  return known.includes("name") ? known : COLUMNS.filter((column) => column.shown).map((column) => column.id);
}

function loadWidths(): ReadonlyMap<ColumnId, number> {
  const widths = new Map<ColumnId, number>();
  for (const [id, width] of Object.entries(record(load("widths")))) {
    if (isColumnId(id) && typeof width === "number" && width >= MIN_WIDTH && width <= MAX_WIDTH) widths.set(id, width);
  }
  return widths;
}

function loadSort(): Sort {
  const { column, descending } = record(load("sort"));
  return typeof column === "string" && isColumnId(column)
    ? { column, descending: descending === true }
    : { column: "added", descending: true };
}

function loadTheme(): Theme {
  const value = load("theme");
  return value === "light" || value === "dark" ? value : "auto";
}

function loadNumber(key: string, least: number, most: number, otherwise: number): number {
  const value = load(key);
  return typeof value === "number" && value >= least && value <= most ? value : otherwise;
}

/** The minimum width of a column in pixels. A narrower column could not be widened with the mouse. */
export const MIN_WIDTH = 48;
/** The maximum width of a column in pixels. */
export const MAX_WIDTH = 1200;

/** The colour theme that the user has chosen. */
export const theme = signal<Theme>(loadTheme());
/** The ids of the visible columns, in their order. */
export const columns = signal<readonly ColumnId[]>(loadColumns());
/** Widths in pixels of the columns that the user has resized. */
export const widths = signal<ReadonlyMap<ColumnId, number>>(loadWidths());
/** The column and the direction by which the list is sorted. */
export const sort = signal<Sort>(loadSort());
/** Height of the panel with a torrent's details, as a percentage of the window's height. */
export const detailsHeight = signal(loadNumber("detailsHeight", 15, 80, 38));
/** Whether the panel with a torrent's details is visible. */
export const detailsOpen = signal(load("detailsOpen") === true);
/** Whether the sidebar is visible. */
export const sidebarOpen = signal(load("sidebarOpen") !== false);

/** Returns the width of a column in pixels. */
export function widthOf(id: ColumnId): number {
  return widths.value.get(id) ?? columnOf(id).width;
}

/** Sets the width of a column. A width below the minimum or above the maximum is replaced by that limit. */
export function setWidth(id: ColumnId, width: number): void {
  widths.value = new Map(widths.value).set(id, Math.round(Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, width))));
}

/**
 * Sorts the list by a column. Called when the user clicks its heading: numbers are first sorted from the largest, texts
 * alphabetically; a second click reverses the direction.
 */
export function sortBy(column: ColumnId): void {
  const now = sort.value;
  sort.value = { column, descending: now.column === column ? !now.descending : columnOf(column).numeric };
}

/** Makes the browser store the preferences each time they change. To be called once. */
export function keepPrefs(): void {
  effect(() => save("theme", theme.value));
  effect(() => save("columns", columns.value));
  effect(() => save("widths", Object.fromEntries(widths.value)));
  effect(() => save("sort", sort.value));
  effect(() => save("detailsHeight", detailsHeight.value));
  effect(() => save("detailsOpen", detailsOpen.value));
  effect(() => save("sidebarOpen", sidebarOpen.value));
  effect(() => {
    if (theme.value === "auto") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = theme.value;
  });
}
