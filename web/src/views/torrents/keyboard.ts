import { ask, rename, showDetails } from "../../actions/actions.ts";
import type { Step } from "../../lists/selection.ts";
import { all, extend, none, only, target, toggle } from "../../lists/selection.ts";
import { order } from "../../state/torrents.ts";
import { selection } from "../../state/ui.ts";
import { openTorrentMenu } from "./menu.tsx";
import { rowElementId } from "./row.tsx";

const STEPS: Readonly<Record<string, Step>> = {
  ArrowUp: "up",
  ArrowDown: "down",
  PageUp: "pageUp",
  PageDown: "pageDown",
  Home: "home",
  End: "end",
};

function menuAtFocus(grid: HTMLElement): void {
  const { focus, ids } = selection.value;
  if (focus !== null && ids.size === 0) selection.value = only(focus);
  const row = focus === null ? null : document.getElementById(rowElementId(focus));
  const box = (row ?? grid).getBoundingClientRect();
  openTorrentMenu(box.left + 48, Math.min(box.bottom, innerHeight - 40), grid);
}

/** Handles a key that is pressed in the table. Returns whether the key has a function there. */
export function onGridKey(
  event: KeyboardEvent,
  grid: HTMLElement,
  page: number,
  reveal: (id: string) => void,
): boolean {
  const before = selection.value;
  const ids = order.value;
  const hasCtrl = event.ctrlKey || event.metaKey;
  const step = STEPS[event.key];
  if (step !== undefined) {
    const id = target(before, ids, step, page);
    if (id === null) return true;
    if (event.shiftKey) selection.value = extend(before, ids, id, hasCtrl);
    else if (hasCtrl) selection.value = { ...before, focus: id };
    else selection.value = only(id);
    reveal(id);
    return true;
  }
  if (hasCtrl && event.key === "a") selection.value = all(before, ids);
  else if (event.key === "Escape") selection.value = none(before);
  else if (event.key === " " && before.focus !== null) selection.value = toggle(before, before.focus);
  else if (event.key === "Enter") showDetails();
  else if (event.key === "Delete") ask("remove");
  else if (event.key === "F2") rename();
  else if (event.key === "ContextMenu" || (event.shiftKey && event.key === "F10")) menuAtFocus(grid);
  else return false;
  return true;
}
