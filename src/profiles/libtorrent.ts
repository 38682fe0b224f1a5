import { Bitfield, InputError } from "../base/index.ts";
import { asBytes, asDict, asInt, asText, type BDict } from "../bencode/index.ts";
import type { FileLayout, Metainfo } from "../metainfo/index.ts";
import { blocksIn } from "./blocks.ts";
import { countOf, folderOf, listOf, named, timeOf, trackersOf } from "./fields.ts";
import type { FileProof, ForeignPriority, ForeignProgress, ForeignTorrent } from "./profile.ts";

/** What a client that uses libtorrent adds to libtorrent's resume data. */
export interface LibtorrentUse {
  /** What the client adds to the names of incomplete files; empty when it adds nothing. */
  readonly suffix: string;
  /** Returns the meaning of a file's priority; `undefined` is normal. */
  readonly priority: (value: number) => ForeignPriority | undefined;
  /** The time, in milliseconds since 1970, at which the resume data was stored. */
  readonly savedMs: number;
}

/** Reads resume data of libtorrent 1.2 or 2. Throws InputError `import.*`. */
export function libtorrentTorrent(torrent: Metainfo, dict: BDict, use: LibtorrentUse): ForeignTorrent {
  const metainfo = named(torrent, mappedName(torrent, dict, use.suffix));
  const { layout } = metainfo;
  const folder = folderOf(dict, "save_path");
  if (folder === undefined)
    throw new InputError("import.folder", `${torrent.name}: the folder of its data is not stored`);
  const best = torrent.infoHashV2 ?? torrent.infoHash;
  return {
    metainfo,
    folders: [folder],
    destination: undefined,
    suffix: use.suffix,
    partFile: best === undefined ? undefined : `.${best.hex.slice(0, 40)}.parts`,
    progress: progressOf(layout, dict, use.savedMs),
    priorities: prioritiesOf(dict, layout.files.length, use),
    labels: [],
    // A managed torrent is also paused while it waits in the queue.
    isPaused: asInt(dict.get("paused")) === 1 && asInt(dict.get("auto_managed")) !== 1,
    isSequential: asInt(dict.get("sequential_download")) === 1,
    addedAt: timeOf(dict, "added_time"),
    finishedAt: timeOf(dict, "completed_time"),
    downloaded: countOf(dict, "total_downloaded") ?? 0,
    uploaded: countOf(dict, "total_uploaded") ?? 0,
    downloadingSeconds: Math.max(0, (countOf(dict, "active_time") ?? 0) - (countOf(dict, "seeding_time") ?? 0)),
    seededSeconds: countOf(dict, "seeding_time") ?? 0,
    maxDownloadRate: rateOf(dict, "download_rate_limit"),
    maxUploadRate: rateOf(dict, "upload_rate_limit"),
    seedRatio: undefined,
    trackers: trackersOf(torrent, dict.get("trackers")),
  };
}

/** -1 and 0 are no limit. */
function rateOf(dict: BDict, key: string): number | undefined {
  const rate = countOf(dict, key);
  return rate === 0 ? undefined : rate;
}

function prioritiesOf(dict: BDict, files: number, use: LibtorrentUse): Map<number, ForeignPriority> {
  const out = new Map<number, ForeignPriority>();
  listOf(dict, "file_priority", files).forEach((value, file) => {
    const priority = use.priority(asInt(value) ?? -1);
    if (priority !== undefined) out.set(file, priority);
  });
  return out;
}

/** In `seed_mode` libtorrent assumes that the data is complete, and has not verified it. */
function progressOf(layout: FileLayout, dict: BDict, savedMs: number): ForeignProgress | undefined {
  const pieces = asBytes(dict.get("pieces"));
  if (pieces === undefined || pieces.length !== layout.pieceCount || asInt(dict.get("seed_mode")) === 1)
    return undefined;
  const have = new Bitfield(layout.pieceCount);
  pieces.forEach((value, piece) => {
    if ((value & 1) !== 0) have.set(piece);
  });
  const proofs = layout.files.map((): FileProof => ({ kind: "before", ms: savedMs }));
  return { have, partials: unfinished(layout, dict, have), proofs };
}

/** Blocks of 16 KiB of incomplete pieces, the first one in the highest bit. */
function unfinished(layout: FileLayout, dict: BDict, have: Bitfield): Map<number, Bitfield> {
  const out = new Map<number, Bitfield>();
  for (const entry of listOf(dict, "unfinished", layout.pieceCount)) {
    const piece = countOf(asDict(entry), "piece");
    const mask = asBytes(asDict(entry)?.get("bitmask"));
    if (piece === undefined || mask === undefined || piece >= layout.pieceCount || have.get(piece)) continue;
    const blocks = new Bitfield(blocksIn(layout, piece));
    for (let block = 0; block < blocks.length; block++)
      if (((mask[block >> 3] ?? 0) & (0x80 >> (block & 7))) !== 0) blocks.set(block);
    if (!blocks.isEmpty && !blocks.isFull) out.set(piece, blocks);
  }
  return out;
}

/**
 * Returns the name that the torrent's file or folder was given; `undefined` when it was not renamed. Throws InputError
 * `import.renamed` when files inside the torrent were renamed, which Millrace cannot do.
 */
function mappedName({ layout, isSingleFile, name }: Metainfo, dict: BDict, suffix: string): string | undefined {
  const paths = listOf(dict, "mapped_files", layout.files.length).map((value) => {
    const path = (asText(value) ?? "").replaceAll("\\", "/");
    return suffix !== "" && path.endsWith(suffix) ? path.slice(0, -suffix.length) : path;
  });
  if (paths.length === 0) return undefined;
  const names = new Set<string>();
  for (const file of layout.files) {
    if (file.isPadding) continue;
    const [first = "", ...rest] = (paths[file.index] ?? "").split("/");
    if (rest.join("/") !== (isSingleFile ? "" : file.path.join("/"))) throw renamed(name);
    names.add(first);
  }
  if (names.size > 1) throw renamed(name);
  return [...names][0];
}

function renamed(name: string): InputError {
  return new InputError(
    "import.renamed",
    `${name}: files inside it were renamed, or its folder was left out; give them their names of the torrent first`,
  );
}
