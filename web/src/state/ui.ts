import type { ComponentChildren } from "preact";
import { computed, signal } from "@preact/signals";
import type { Inspected } from "../../../src/api/index.ts";
import type { Selection } from "../lists/selection.ts";
import { NOTHING, retain } from "../lists/selection.ts";
import { hasRow } from "./torrents.ts";

/** The state of the page: the selection, and the views, dialogs and menus that are open. */

/** Whether this browser is logged in; null before the daemon has responded. */
export const signedIn = signal<boolean | null>(null);
/** The selected torrents, and the row with the keyboard focus. */
export const selection = signal<Selection>(NOTHING);
/**
 * The id of the torrent whose details are shown: the focused torrent when it is selected, otherwise one of the selected
 * ones; null when none is selected.
 */
export const current = computed<string | null>(() => {
  const { ids, focus } = selection.value;
  if (focus !== null && ids.has(focus)) return focus;
  for (const id of ids) return id;
  return null;
});

/** The tabs of a torrent's details, in the order in which they are shown. */
export const TABS = ["overview", "files", "peers", "trackers", "speed", "log"] as const;
/** The name of a tab of a torrent's details. */
export type Tab = (typeof TABS)[number];
/** The tab that is open. */
export const tab = signal<Tab>("overview");

/** A torrent file in the dialog that adds torrents: the file, and its content, which the daemon has read. */
export interface Candidate {
  readonly file: File;
  readonly inspected: Inspected;
}

/** The dialog that is open: its kind and parameters. */
export type DialogState =
  | { readonly kind: "add-files"; readonly candidates: readonly Candidate[] }
  | { readonly kind: "add-url"; readonly url: string }
  | { readonly kind: "create" }
  | { readonly kind: "remove"; readonly ids: readonly string[] }
  | { readonly kind: "limits"; readonly ids: readonly string[] }
  | { readonly kind: "label"; readonly ids: readonly string[] }
  | { readonly kind: "move"; readonly ids: readonly string[] }
  | { readonly kind: "rename"; readonly id: string }
  | { readonly kind: "trackers"; readonly id: string }
  | { readonly kind: "add-peers"; readonly id: string }
  | { readonly kind: "play"; readonly id: string; readonly file: number; readonly path: string }
  | { readonly kind: "speed" }
  | { readonly kind: "settings" }
  | { readonly kind: "statistics" }
  | { readonly kind: "columns" }
  | { readonly kind: "filters" }
  | { readonly kind: "keys" };

/** The open dialog; null for none. */
export const dialog = signal<DialogState | null>(null);

/** An entry of a menu. */
export interface MenuItem {
  readonly label: string;
  readonly run: () => void;
  readonly isDisabled?: boolean;
  readonly isDangerous?: boolean;
  /** Whether a separating line is drawn above the entry. */
  readonly isApart?: boolean;
  readonly keys?: string;
  readonly icon?: ComponentChildren;
}

/** An open menu. */
export interface MenuState {
  readonly label: string;
  readonly items: readonly MenuItem[];
  readonly x: number;
  readonly y: number;
  /** The element that gets the focus back when the menu closes. */
  readonly from: HTMLElement | null;
}

/** The open menu; null for none. */
export const menu = signal<MenuState | null>(null);

/** A message over the page that disappears after a time. */
export interface Toast {
  readonly id: number;
  readonly kind: "done" | "failed";
  readonly text: string;
}

/** The time, in milliseconds, for which a message is shown, by its kind. */
const STAY: Readonly<Record<Toast["kind"], number>> = { done: 5_000, failed: 15_000 };
const MAX_TOASTS = 5;
/** The visible messages, the oldest first. */
export const toasts = signal<readonly Toast[]>([]);
let lastToast = 0;

/** Shows a message. When the same message is already shown, it is replaced, so that it does not appear twice. */
export function toast(kind: Toast["kind"], text: string): void {
  lastToast += 1;
  const id = lastToast;
  toasts.value = [...toasts.peek().filter((other) => other.text !== text), { id, kind, text }].slice(-MAX_TOASTS);
  setTimeout(() => dropToast(id), STAY[kind]);
}

/** Removes a message. */
export function dropToast(id: number): void {
  toasts.value = toasts.peek().filter((other) => other.id !== id);
}

/** Removes torrents that no longer exist from the selection. */
export function pruneSelection(): void {
  selection.value = retain(selection.peek(), hasRow);
}

/** Matches windows that are too narrow to show the list and the details together. */
const narrowQuery = matchMedia("(max-width: 720px)");
/** Whether the window is narrow, so that it shows either the list or the details. */
export const isNarrow = signal(narrowQuery.matches);
narrowQuery.addEventListener("change", () => {
  isNarrow.value = narrowQuery.matches;
});
