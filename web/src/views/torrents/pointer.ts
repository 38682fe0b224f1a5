import { showDetails } from "../../actions/actions.ts";
import { extend, only, toggle } from "../../lists/selection.ts";
import { order } from "../../state/torrents.ts";
import { isNarrow, selection } from "../../state/ui.ts";
import { openTorrentMenu } from "./menu.tsx";

/**
 * Returns the id of the torrent in whose row a mouse event happened; null when it was outside of all rows. The table
 * handles the events of all rows, so that rows need no listeners of their own.
 */

function idAt(event: Event): string | null {
  const row = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-id]") : null;
  return row?.dataset["id"] ?? null;
}

function isTick(event: Event): boolean {
  return event.target instanceof Element && event.target.closest(".tick") !== null;
}

/** Handles a click in the table: changes the selection. */
export function onClick(event: MouseEvent): void {
  const id = idAt(event);
  if (id === null) return;
  const before = selection.value;
  const hasCtrl = event.ctrlKey || event.metaKey;
  if (event.shiftKey) selection.value = extend(before, order.value, id, hasCtrl);
  else if (hasCtrl || isTick(event)) selection.value = toggle(before, id);
  else {
    selection.value = only(id);
    if (isNarrow.value) showDetails();
  }
  // The box shows the selection, not the browser's default.
  if (event.target instanceof HTMLInputElement) event.target.checked = selection.value.ids.has(id);
}

/** Handles a double click in the table: shows the details of the torrent. */
export function onDoubleClick(event: MouseEvent): void {
  if (idAt(event) !== null && !isTick(event)) showDetails();
}

/** Handles a click with the secondary mouse button: opens the menu of the torrent in that row. */
export function onContextMenu(event: MouseEvent, grid: HTMLElement): void {
  const id = idAt(event);
  if (id === null) return;
  event.preventDefault();
  if (!selection.value.ids.has(id)) selection.value = only(id);
  openTorrentMenu(event.clientX, event.clientY, grid);
}
