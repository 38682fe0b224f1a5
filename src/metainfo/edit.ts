import { decodeWithSpans, encode, Raw } from "../bencode/index.ts";
import type { BInput } from "../bencode/index.ts";
import { invalid } from "./fail.ts";
import { outerKeys } from "./fields.ts";
import type { OuterFields } from "./fields.ts";
import { MAX_TORRENT_LENGTH } from "./limits.ts";

/**
 * Changes to a torrent file. Fields that are `undefined` stay as they are; `null`, an empty text or an empty list
 * removes the field.
 */
export type TorrentEdits = OuterFields;

/**
 * Returns a copy of a torrent file with changed trackers, web seeds, comment and other fields outside `info`. `info`
 * and all other keys keep their bytes, so the info-hashes stay the same. Throws InputError `bencode.*`, `metainfo.info`
 * when `bytes` are no torrent; UsageError `metainfo.url`, `metainfo.date`.
 *
 * @example
 * ```ts
 * import { writeFile } from "node:fs/promises";
 * import { createTorrent } from "millrace/creation";
 * import { editTorrent, parseMetainfo } from "millrace/metainfo";
 * import { nodeRuntime } from "millrace/runtime/node";
 *
 * const runtime = nodeRuntime();
 * await writeFile("film.mkv", "not much of a film");
 * const { bytes } = await createTorrent(runtime, { path: "film.mkv" });
 * const edited = editTorrent(bytes, { trackers: [["udp://tracker.example:6969"]], comment: null });
 * parseMetainfo(edited, runtime.hasher).trackers; // => [["udp://tracker.example:6969"]]
 * await runtime.close();
 * ```
 */
export function editTorrent(bytes: Uint8Array, edits: TorrentEdits): Uint8Array {
  return editKeys(bytes, outerKeys(edits));
}

/** Returns a copy of a torrent file with other values for some of its keys; `undefined` removes a key. */
export function editKeys(bytes: Uint8Array, changes: ReadonlyMap<string, BInput | undefined>): Uint8Array {
  const { spans } = decodeWithSpans(bytes, { maxLength: MAX_TORRENT_LENGTH });
  if (!spans.has("info")) throw invalid("info", "it has no info dictionary");
  const torrent = new Map<string, BInput | undefined>();
  for (const [key, { start, end }] of spans) torrent.set(key, new Raw(bytes.subarray(start, end)));
  for (const [key, value] of changes) torrent.set(key, value);
  return encode(torrent);
}
