import { Bitfield, InputError, utf8Decode } from "../base/index.ts";
import { asBytes, asDict, asInt, asText, type BDict, type BValue } from "../bencode/index.ts";
import type { FileLayout, Metainfo } from "../metainfo/index.ts";
import { fromBlocks, hasWholeBlocks, isCompleteFile, type Blocks } from "./blocks.ts";
import { countOf, folderOf, labelsIn, listOf, named, progressDict, timeOf } from "./fields.ts";
import type { FileProof, ForeignPriority, ForeignProgress, ForeignTorrent, ProfileEntry } from "./profile.ts";
import { entryOf, namesIn, readProgressFile, readTorrentFile, type ProfileFile, type ProfileHost } from "./source.ts";

/** Reads a folder of Transmission 3 or 4, which has the folders `torrents` and `resume`. */
export async function* readTransmission(host: ProfileHost, folder: string): AsyncGenerator<ProfileEntry> {
  // A profile without a torrent has no such folder.
  for (const name of await namesIn(host, `${folder}/torrents`, ".torrent")) {
    const path = `${folder}/torrents/${name}.torrent`;
    yield await entryOf(path, async () =>
      transmissionTorrent(
        await readTorrentFile(host, path),
        await readProgressFile(host, `${folder}/resume/${name}.resume`),
      ),
    );
  }
}

/** Reads a `.resume` file of Transmission. Throws InputError `import.*`. */
export function transmissionTorrent(torrent: Metainfo, resume: ProfileFile | undefined): ForeignTorrent {
  if (resume === undefined) throw new InputError("import.no-progress", `${torrent.name}: its resume file is missing`);
  const dict = progressDict(resume.bytes);
  const metainfo = named(torrent, asText(dict.get("name")));
  const { layout } = metainfo;
  const destination = folderOf(dict, "destination");
  if (destination === undefined)
    throw new InputError("import.folder", `${torrent.name}: the folder of its data is not stored`);
  const incomplete = folderOf(dict, "incomplete-dir");
  const ratio = asDict(dict.get("ratio-limit"));
  return {
    metainfo,
    folders: incomplete === undefined ? [destination] : [destination, incomplete],
    destination,
    suffix: ".part",
    partFile: undefined,
    progress: progressOf(layout, asDict(dict.get("progress")), resume.modifiedMs),
    priorities: prioritiesOf(dict, layout.files.length),
    labels: labelsIn(listOf(dict, "labels", 1000)),
    isPaused: asInt(dict.get("paused")) === 1,
    isSequential: asInt(dict.get("sequentialDownload")) === 1,
    addedAt: timeOf(dict, "added-date"),
    finishedAt: timeOf(dict, "done-date"),
    downloaded: countOf(dict, "downloaded") ?? 0,
    uploaded: countOf(dict, "uploaded") ?? 0,
    downloadingSeconds: countOf(dict, "downloading-time-seconds") ?? 0,
    seededSeconds: countOf(dict, "seeding-time-seconds") ?? 0,
    maxDownloadRate: rateOf(asDict(dict.get("speed-limit-down"))),
    maxUploadRate: rateOf(asDict(dict.get("speed-limit-up"))),
    // Mode 1: a ratio of the torrent's own.
    seedRatio: asInt(ratio?.get("ratio-mode")) === 1 ? realOf(ratio?.get("ratio-limit")) : undefined,
    trackers: undefined,
  };
}

function prioritiesOf(dict: BDict, files: number): Map<number, ForeignPriority> {
  const out = new Map<number, ForeignPriority>();
  listOf(dict, "priority", files).forEach((value, file) => {
    if (value === 1) out.set(file, "high");
    if (value === -1) out.set(file, "low");
  });
  listOf(dict, "dnd", files).forEach((value, file) => {
    if (value === 1) out.set(file, "skip");
  });
  return out;
}

/** A limit is stored also while it is switched off. */
function rateOf(dict: BDict | undefined): number | undefined {
  return asInt(dict?.get("use-speed-limit")) === 1 ? countOf(dict, "speed-Bps") : undefined;
}

function realOf(value: BValue | undefined): number | undefined {
  const number = Number(asText(value) ?? Number.NaN);
  return Number.isFinite(number) && number >= 0 ? number : undefined;
}

function progressOf(layout: FileLayout, dict: BDict | undefined, savedMs: number): ForeignProgress | undefined {
  const blocks = blocksOf(layout, dict);
  if (blocks === undefined) return undefined;
  return { ...blocks, proofs: proofsOf(layout, dict, blocks.have, savedMs) };
}

/** `blocks` is `all`, `none`, or a bit for each block of 16 KiB. */
function blocksOf(layout: FileLayout, dict: BDict | undefined): Blocks | undefined {
  const bytes = asBytes(dict?.get("blocks"));
  if (asText(dict?.get("have")) === "all" || (bytes?.length === 3 && utf8Decode(bytes) === "all"))
    return { have: Bitfield.full(layout.pieceCount), partials: new Map() };
  if (bytes === undefined) return undefined;
  if (bytes.length === 4 && utf8Decode(bytes) === "none")
    return { have: new Bitfield(layout.pieceCount), partials: new Map() };
  // Other lengths of pieces have blocks of another size: the data is checked.
  if (!hasWholeBlocks(layout)) return undefined;
  return fromBlocks(layout, (block) => ((bytes[block >> 3] ?? 0) & (0x80 >> (block & 7))) !== 0);
}

/**
 * Version 4 stores the modification time of each file (out of date for a file that is being downloaded), and the
 * pieces that it has checked since then. Version 3 stores when each piece was checked (`time-checked`), which is before
 * the file was last written: for it, the time of the resume file counts.
 */
function proofsOf(layout: FileLayout, dict: BDict | undefined, have: Bitfield, savedMs: number): FileProof[] {
  const times = listOf(dict, "mtimes", layout.files.length).map(asInt);
  const checked = checkedPieces(layout, asBytes(dict?.get("pieces")));
  return layout.files.map(({ index }): FileProof => {
    const seconds = times[index] ?? 0;
    if (seconds <= 0 || !isCompleteFile(layout, index, have)) return { kind: "before", ms: savedMs };
    if (checked !== undefined && !isCompleteFile(layout, index, checked)) return { kind: "none" };
    return { kind: "modified", seconds };
  });
}

function checkedPieces(layout: FileLayout, bytes: Uint8Array | undefined): Bitfield | undefined {
  if (bytes === undefined) return undefined;
  if (utf8Decode(bytes.subarray(0, 4)) === "all") return Bitfield.full(layout.pieceCount);
  const out = new Bitfield(layout.pieceCount);
  for (let piece = 0; piece < layout.pieceCount; piece++)
    if (((bytes[piece >> 3] ?? 0) & (0x80 >> (piece & 7))) !== 0) out.set(piece);
  return out;
}
