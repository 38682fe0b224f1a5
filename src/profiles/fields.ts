import { cleanText, InputError } from "../base/index.ts";
import { asDict, asInt, asList, asText, decode, type BDict, type BValue } from "../bencode/index.ts";
import { safeName, type Metainfo } from "../metainfo/index.ts";
import {
  MAX_IMPORTED_LABEL_LENGTH,
  MAX_IMPORTED_LABELS,
  MAX_IMPORTED_PATH_LENGTH,
  MAX_IMPORTED_TRACKERS,
  MAX_PROGRESS_FILE_BYTES,
  MAX_PROGRESS_TOKENS,
} from "./limits.ts";

/**
 * Decodes a file with the progress of a torrent. Throws InputError `import.progress` when it is not a bencoded
 * dictionary.
 */
export function progressDict(bytes: Uint8Array): BDict {
  let value: BValue;
  try {
    value = decode(bytes, { maxLength: MAX_PROGRESS_FILE_BYTES, maxTokens: MAX_PROGRESS_TOKENS, maxDepth: 20 });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError("import.progress", `the file with the progress is damaged: ${error.message}`, {
      cause: error,
    });
  }
  const dict = asDict(value);
  if (dict === undefined) throw new InputError("import.progress", "the file with the progress is not a dictionary");
  return dict;
}

/** Returns the integer of a key if it is not negative; otherwise `undefined`. */
export function countOf(dict: BDict | undefined, key: string): number | undefined {
  const value = asInt(dict?.get(key));
  return value === undefined || value < 0 ? undefined : value;
}

/** Returns the time in seconds of a key, as milliseconds; `undefined` for 0 and for what is no time. */
export function timeOf(dict: BDict, key: string): number | undefined {
  const seconds = countOf(dict, key);
  return seconds === undefined || seconds === 0 || seconds > MAX_SECONDS ? undefined : seconds * 1000;
}

/** The year 9999: later times are no times. */
const MAX_SECONDS = 253_402_300_799;

/**
 * Returns the absolute path of a key, without a trailing slash; `undefined` when it is missing. Throws InputError
 * `import.folder` for a path that is relative, too long, or has `..` or a NUL in it.
 */
export function folderOf(dict: BDict, key: string): string | undefined {
  const text = asText(dict.get(key));
  return text === undefined || text === "" ? undefined : checkedFolder(text);
}

/** Returns an absolute path without a trailing slash. Throws the error of {@link folderOf}. */
export function checkedFolder(text: string): string {
  const isAbsolute = text.startsWith("/") || /^[a-z]:[\\/]/i.test(text);
  const isSafe = !text.includes("\0") && !text.includes("\uFFFD") && !text.split(/[\\/]/).includes("..");
  if (!isAbsolute || !isSafe || text.length > MAX_IMPORTED_PATH_LENGTH)
    throw new InputError("import.folder", `the folder of the data is unusable: ${cleanText(text.slice(0, 200))}`);
  return text.length > 1 ? text.replace(/\/+$/, "") || "/" : text;
}

/** Returns the texts of a list that can be labels. */
export function labelsIn(values: readonly (BValue | undefined)[]): string[] {
  const texts = values.map((value) => asText(value)?.trim() ?? "");
  const fit = texts.filter((text) => text !== "" && text.length <= MAX_IMPORTED_LABEL_LENGTH && !text.includes(","));
  return [...new Set(fit)].slice(0, MAX_IMPORTED_LABELS);
}

/** Returns the list of a key, with at most `length` elements; empty when there is none. */
export function listOf(dict: BDict | undefined, key: string, length: number): readonly BValue[] {
  return (asList(dict?.get(key)) ?? []).slice(0, length);
}

/** Returns the torrent with the name that its file or folder has on disk. Throws InputError `import.name`. */
export function named(metainfo: Metainfo, name: string | undefined): Metainfo {
  if (name === undefined || name === "" || name === metainfo.name) return metainfo;
  if (name !== safeName(name))
    throw new InputError("import.name", `${metainfo.name}: its name on disk is unusable: ${cleanText(name)}`);
  return metainfo.named(name);
}

/**
 * Returns the announce URLs of a list of tiers when they differ from those of the torrent; otherwise `undefined`. What
 * is no announce URL is left out.
 */
export function trackersOf(metainfo: Metainfo, value: BValue | undefined): string[][] | undefined {
  let left = MAX_IMPORTED_TRACKERS;
  const tiers = (asList(value) ?? []).slice(0, left).map((tier) =>
    (asList(tier) ?? []).flatMap((entry) => {
      const url = asText(entry) ?? "";
      return /^(?:https?|udp|wss?):\/\/\S{1,2000}$/.test(url) && left-- > 0 ? [url] : [];
    }),
  );
  const filled = tiers.filter((tier) => tier.length > 0);
  return filled.length === 0 || JSON.stringify(filled) === JSON.stringify(metainfo.trackers) ? undefined : filled;
}
