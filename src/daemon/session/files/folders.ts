import { isAbsolute, resolve } from "node:path";
import type { Settings } from "../../../api/index.ts";
import { InputError } from "../../../base/index.ts";

/**
 * Returns the absolute path of the folder for a torrent's data: `folder` when given, otherwise the folder of the label,
 * otherwise the session's download folder. A relative path is relative to the download folder. Throws InputError
 * `session.folder`.
 */
export function folderFor(settings: Pick<Settings, "downloadDir" | "labels">, label: string, folder?: string): string {
  const ofLabel = Object.hasOwn(settings.labels, label) ? settings.labels[label] : undefined;
  return placeOf(settings, folder ?? (ofLabel === undefined || ofLabel === "" ? settings.downloadDir : ofLabel));
}

/**
 * Returns the absolute path of a folder that the user names. A relative path is relative to the download folder.
 * Throws InputError `session.folder`.
 */
export function placeOf({ downloadDir }: Pick<Settings, "downloadDir">, folder: string): string {
  if (folder === "" || folder.includes("\0"))
    throw new InputError("session.folder", `not a folder: ${JSON.stringify(folder.slice(0, 100))}`);
  return isAbsolute(folder) ? resolve(folder) : resolve(downloadDir, folder);
}
