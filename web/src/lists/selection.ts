/**
 * The state of the selection: the selected torrents (`ids`), the row at which a range begins (`anchor`), and the row
 * with the keyboard focus. All of them are ids, because the positions of rows change.
 */
export interface Selection {
  readonly ids: ReadonlySet<string>;
  readonly anchor: string | null;
  readonly focus: string | null;
}

/** The selection in which no torrent is selected. */
export const NOTHING: Selection = { ids: new Set(), anchor: null, focus: null };

/** Returns a selection of this torrent alone. */
export function only(id: string): Selection {
  return { ids: new Set([id]), anchor: id, focus: id };
}

/**
 * Returns the selection with a torrent added, or removed when it was selected. Used for Ctrl and click, and for the
 * space bar.
 */
export function toggle(selection: Selection, id: string): Selection {
  const ids = new Set(selection.ids);
  if (!ids.delete(id)) ids.add(id);
  return { ids, anchor: id, focus: id };
}

/**
 * Returns a selection of all rows from the anchor to this row, for Shift and click. With `keep` (Ctrl) they are added
 * to the selection. `order` has the ids of all visible rows.
 */
export function extend(selection: Selection, order: readonly string[], id: string, keep = false): Selection {
  const anchor = selection.anchor !== null && order.includes(selection.anchor) ? selection.anchor : id;
  const [from, to] = [order.indexOf(anchor), order.indexOf(id)].toSorted((a, b) => a - b);
  const range = order.slice(from, (to ?? 0) + 1);
  return { ids: new Set(keep ? [...selection.ids, ...range] : range), anchor, focus: id };
}

/** Returns a selection of all torrents in `order`. The focus does not change. */
export function all(selection: Selection, order: readonly string[]): Selection {
  return { ...selection, ids: new Set(order) };
}

/** Returns an empty selection. The focus does not change. */
export function none(selection: Selection): Selection {
  return { ids: new Set(), anchor: selection.focus, focus: selection.focus };
}

/** A movement of the keyboard focus in the list. */
export type Step = "up" | "down" | "pageUp" | "pageDown" | "home" | "end";

/**
 * Returns the id of the row to which a movement leads. It is the first row when no row has the focus, and null when the
 * list is empty. `page` is the number of rows that fit in the window.
 */
export function target(selection: Selection, order: readonly string[], step: Step, page: number): string | null {
  const last = order.length - 1;
  const at = selection.focus === null ? -1 : order.indexOf(selection.focus);
  const to = { up: at < 0 ? last : at - 1, down: at + 1, pageUp: at - page, pageDown: at + page, home: 0, end: last }[
    step
  ];
  return order[Math.max(0, Math.min(last, to))] ?? null;
}

/**
 * Returns the selection without the ids of torrents that no longer exist (for which `has` returns false). When all
 * exist, returns the same object.
 */
export function retain(selection: Selection, has: (id: string) => boolean): Selection {
  const ids = [...selection.ids].filter(has);
  const anchor = selection.anchor !== null && has(selection.anchor) ? selection.anchor : null;
  const focus = selection.focus !== null && has(selection.focus) ? selection.focus : null;
  if (ids.length === selection.ids.size && anchor === selection.anchor && focus === selection.focus) return selection;
  return { ids: new Set(ids), anchor, focus };
}
