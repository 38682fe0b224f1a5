import type { ComponentChildren } from "preact";
import { computed, signal } from "@preact/signals";
import type { Inspected } from "../../../src/api/index.ts";
import type { Selection } from "../lists/selection.ts";
import { NOTHING, retain } from "../lists/selection.ts";
import { hasRow } from "./torrents.ts";

/** The selection, and the views, dialogs and menus that are open. */

/** Whether this browser is logged in; null before the daemon has responded. */
export const signedIn = signal<boolean | null>(null);
/** The selected torrents. */
export const selection = signal<Selection>(NOTHING);
/** The torrent whose details are shown: the focused one if it is selected, else any selected one; null: none. */
export const current = computed<string | null>(() => {
  const { ids, focus } = selection.value;
  if (focus !== null && ids.has(focus)) return focus;
  for (const id of ids) return id;
  return null;
});

/** The tabs of the details, in order. */
export const TABS = ["overview", "files", "peers", "trackers", "speed", "log"] as const;
/** A tab of the details. */
export type Tab = (typeof TABS)[number];
/** The open tab. */
export const tab = signal<Tab>("overview");

/** A torrent file in the dialog that adds torrents, and its content. */
export interface Candidate {
  readonly file: File;
  readonly inspected: Inspected;
}

/** An open dialog with its parameters. */
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
  /** Whether a line is drawn above the entry. */
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
  /** The element that gets the focus when the menu closes. */
  readonly from: HTMLElement | null;
}

/** The open menu; null for none. */
export const menu = signal<MenuState | null>(null);

/** A message that disappears by itself. */
export interface Toast {
  readonly id: number;
  readonly kind: "done" | "failed";
  readonly text: string;
}

/** Milliseconds for which a message is shown. */
const STAY: Readonly<Record<Toast["kind"], number>> = { done: 5_000, failed: 15_000 };
const MAX_TOASTS = 5;
/** The visible messages, the oldest first. */
export const toasts = signal<readonly Toast[]>([]);
let lastToast = 0;

/** Shows a message. It replaces an equal one. */
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

/** Removes ids of removed torrents from the selection. */
export function pruneSelection(): void {
  selection.value = retain(selection.peek(), hasRow);
}

/** Matches narrow windows, which show one view at a time. */
const narrowQuery = matchMedia("(max-width: 720px)");
/** Whether the window is narrow. */
export const isNarrow = signal(narrowQuery.matches);
narrowQuery.addEventListener("change", () => {
  isNarrow.value = narrowQuery.matches;
});
