/** What is selected, where a range begins, and which row the keyboard is on. Ids, not places: rows move under it. */
export interface Selection {
  readonly ids: ReadonlySet<string>;
  readonly anchor: string | null;
  readonly focus: string | null;
}

export const NOTHING: Selection = { ids: new Set(), anchor: null, focus: null };

export function only(id: string): Selection {
  return { ids: new Set([id]), anchor: id, focus: id };
}

/** Ctrl and a click, or the space bar. */
export function toggle(selection: Selection, id: string): Selection {
  const ids = new Set(selection.ids);
  if (!ids.delete(id)) ids.add(id);
  return { ids, anchor: id, focus: id };
}

/** Shift and a click: from the anchor to here, instead of what was; with ctrl in addition to it. */
export function extend(selection: Selection, order: readonly string[], id: string, keep = false): Selection {
  const anchor = selection.anchor !== null && order.includes(selection.anchor) ? selection.anchor : id;
  const [from, to] = [order.indexOf(anchor), order.indexOf(id)].toSorted((a, b) => a - b);
  const range = order.slice(from, (to ?? 0) + 1);
  return { ids: new Set(keep ? [...selection.ids, ...range] : range), anchor, focus: id };
}

export function all(selection: Selection, order: readonly string[]): Selection {
  return { ...selection, ids: new Set(order) };
}

export function none(selection: Selection): Selection {
  return { ids: new Set(), anchor: selection.focus, focus: selection.focus };
}

export type Step = "up" | "down" | "pageUp" | "pageDown" | "home" | "end";

/** Where the keyboard goes from where it is; the first row when it is nowhere. */
export function target(selection: Selection, order: readonly string[], step: Step, page: number): string | null {
  const last = order.length - 1;
  const at = selection.focus === null ? -1 : order.indexOf(selection.focus);
  const to = { up: at < 0 ? last : at - 1, down: at + 1, pageUp: at - page, pageDown: at + page, home: 0, end: last }[
    step
  ];
  return order[Math.max(0, Math.min(last, to))] ?? null;
}

/** Drops what is not there any more; the same object when nothing had to go. */
export function retain(selection: Selection, has: (id: string) => boolean): Selection {
  const ids = [...selection.ids].filter(has);
  const anchor = selection.anchor !== null && has(selection.anchor) ? selection.anchor : null;
  const focus = selection.focus !== null && has(selection.focus) ? selection.focus : null;
  if (ids.length === selection.ids.size && anchor === selection.anchor && focus === selection.focus) return selection;
  return { ids: new Set(ids), anchor, focus };
}
