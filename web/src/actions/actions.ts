import { batch } from "@preact/signals";
import type { ActionRequest } from "../../../src/api/index.ts";
import { api, messageOf } from "../api/api.ts";
import { selection, dialog, tab, toast } from "../state/ui.ts";
import { detailsOpen } from "../state/prefs.ts";
import { peekRow } from "../state/torrents.ts";
import { texts } from "../texts/texts.ts";
import type { Tab } from "../state/ui.ts";

/** The actions on torrents that the toolbar, menus and keys call. Each shows its result as a message. */

/**
 * Runs `work`; when it fails, shows the error as a message. `what` is a description of the work for the message.
 * Resolves to whether `work` succeeded.
 */
export async function attempt(what: string, work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    toast("failed", texts.errors.prefix(what, messageOf(error)));
    return false;
  }
}

/** Returns the ids of the selected torrents. */
export function selectedIds(): readonly string[] {
  return [...selection.peek().ids];
}

/**
 * Requests an action on torrents and shows the result as a message. Resolves to false when the request has failed.
 */
export async function act(request: ActionRequest): Promise<boolean> {
  const what = texts.actions.done[request.action];
  return attempt(what, async () => {
    const result = await api.act(request);
    const [first] = result.failed;
    if (first === undefined) toast("done", texts.actions.report(what, result.done));
    else toast("failed", texts.errors.some(what, result.failed.length, request.ids.length, first.message));
  });
}

/** Requests an action that has no options, by default on the selected torrents. */
export function simple(action: "start" | "start-now" | "pause" | "recheck" | "reannounce", ids = selectedIds()): void {
  if (ids.length > 0) void act({ action, ids: [...ids] });
}

/** Moves the selected torrents in the queue: one position (`up`, `down`), or to the top or bottom. */
export function queue(to: "top" | "up" | "down" | "bottom"): void {
  const ids = selectedIds();
  if (ids.length > 0) void act({ action: "queue", ids: [...ids], to });
}

type ForIds = "remove" | "limits" | "label" | "move";

/** Opens a dialog of the given kind for torrents, by default for the selected ones. */
export function ask(kind: ForIds, ids = selectedIds()): void {
  if (ids.length > 0) dialog.value = { kind, ids };
}

/** Opens the dialog that renames the selected torrent; when several are selected, the first of them. */
export function rename(): void {
  const [id] = selectedIds();
  if (id !== undefined) dialog.value = { kind: "rename", id };
}

/** Pauses those of the selected torrents that run; when none of them runs, starts all of them. */
export function toggleRunning(): void {
  const ids = selectedIds();
  const isPaused = (id: string): boolean => ["paused", "failed", "disk-full"].includes(peekRow(id)?.state ?? "");
  simple(ids.every(isPaused) ? "start" : "pause", ids);
}

/** Shows the details of the current torrent, in the tab `which` when it is given. */
export function showDetails(which?: Tab): void {
  batch(() => {
    detailsOpen.value = true;
    if (which !== undefined) tab.value = which;
  });
}

/** Copies a text to the clipboard. */
export async function copy(text: string): Promise<void> {
  if (await attempt(texts.common.copyFailed, () => navigator.clipboard.writeText(text)))
    toast("done", texts.common.copied);
}

/** Copies the magnet links of torrents to the clipboard, by default of the selected ones; at most 100. */
export async function copyMagnets(ids = selectedIds()): Promise<void> {
  await attempt(texts.actions.copyMagnet, async () => {
    const details = await Promise.all(ids.slice(0, 100).map((id) => api.torrent(id)));
    await copy(details.map((detail) => detail.magnet).join("\n"));
  });
}

/** Makes the browser download a URL as a file. */
export function download(url: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = "";
  link.click();
}

/** Downloads the playlist of the selected torrent. */
export function downloadPlaylist(): void {
  const [id] = selectedIds();
  if (id !== undefined) download(api.playlistUrl(id));
}

/**
 * Sends torrent files to the daemon, which reads their content, and opens the dialog that adds torrents with the valid
 * ones.
 */
export async function openFiles(files: readonly File[]): Promise<void> {
  const candidates = await Promise.all(
    files.map(async (file) => {
      try {
        return { file, inspected: await api.inspect(file) };
      } catch (error) {
        toast("failed", texts.errors.notTorrent(file.name, messageOf(error)));
        return null;
      }
    }),
  );
  const good = candidates.filter((candidate) => candidate !== null);
  if (good.length > 0) dialog.value = { kind: "add-files", candidates: good };
}

/** Opens the browser's file chooser for torrent files, and then the dialog that adds torrents. */
export function pickFiles(): void {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  input.accept = ".torrent,application/x-bittorrent";
  input.addEventListener("change", () => void openFiles([...(input.files ?? [])]));
  input.click();
}
