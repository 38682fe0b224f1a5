import { Bitfield, InputError, utf8, utf8Decode } from "../base/index.ts";
import { asBytes, asDict, asInt, asText, type BDict } from "../bencode/index.ts";
import type { FileLayout, Metainfo } from "../metainfo/index.ts";
import { checkedFolder, countOf, labelsIn, listOf, named, progressDict, timeOf } from "./fields.ts";
import type { FileProof, ForeignPriority, ForeignProgress, ForeignTorrent, ProfileEntry } from "./profile.ts";
import { entryOf, namesIn, readProgressFile, readTorrentFile, type ProfileHost } from "./source.ts";

/** Reads a session folder of rTorrent. */
export async function* readRtorrent(host: ProfileHost, folder: string): AsyncGenerator<ProfileEntry> {
  const names = await namesIn(host, folder, ".torrent");
  for (const name of names) {
    const path = `${folder}/${name}.torrent`;
    yield await entryOf(path, async () => {
      const settings = await readProgressFile(host, `${path}.rtorrent`);
      const resume = await readProgressFile(host, `${path}.libtorrent_resume`);
      if (settings === undefined) throw new InputError("import.no-progress", `${name}: its .rtorrent file is missing`);
      return rtorrentTorrent(await readTorrentFile(host, path), settings.bytes, resume?.bytes);
    });
  }
}

/** Reads the files `.rtorrent` and `.libtorrent_resume` of rTorrent. Throws InputError `import.*`. */
export function rtorrentTorrent(
  torrent: Metainfo,
  settings: Uint8Array,
  resumeBytes: Uint8Array | undefined,
): ForeignTorrent {
  const dict = progressDict(settings);
  const resume = resumeBytes === undefined ? undefined : progressDict(resumeBytes);
  const directory = checkedFolder(asText(dict.get("directory")) ?? "");
  // For a torrent of several files it is the torrent's own folder.
  const slash = directory.lastIndexOf("/");
  const name = torrent.isSingleFile ? undefined : directory.slice(slash + 1);
  const folder = torrent.isSingleFile ? directory : directory.slice(0, slash) || "/";
  const metainfo = named(torrent, name);
  const { layout } = metainfo;
  const files = listOf(resume, "files", layout.files.length).map(asDict);
  const priorities = new Map<number, ForeignPriority>();
  files.forEach((file, index) => {
    const priority = asInt(file?.get("priority"));
    if (priority === 0) priorities.set(index, "skip");
    if (priority === 2) priorities.set(index, "high");
  });
  return {
    metainfo,
    folders: [folder],
    destination: undefined,
    suffix: "",
    partFile: undefined,
    progress: progressOf(layout, resume, files),
    priorities,
    labels: labelsIn([utf8(unescaped(asText(dict.get("custom1")) ?? ""))]),
    isPaused: asInt(dict.get("state")) === 0,
    isSequential: false,
    addedAt: timeOf(dict, "timestamp.started"),
    finishedAt: timeOf(dict, "timestamp.finished"),
    downloaded: countOf(dict, "total_downloaded") ?? 0,
    uploaded: countOf(dict, "total_uploaded") ?? 0,
    downloadingSeconds: 0,
    seededSeconds: 0,
    maxDownloadRate: undefined,
    maxUploadRate: undefined,
    seedRatio: undefined,
    trackers: undefined,
  };
}

/** `bitfield` has a bit for each piece, or is the number of pieces when all or none are there. */
function progressOf(
  layout: FileLayout,
  resume: BDict | undefined,
  files: readonly (BDict | undefined)[],
): ForeignProgress | undefined {
  const have = bitfieldOf(layout, resume);
  if (have === undefined) return undefined;
  // Pieces that were written shortly before the state was stored; rTorrent itself checks them at its next start.
  const uncertain = uncertainPieces(layout, asBytes(resume?.get("uncertain_pieces")));
  const proofs = layout.files.map(({ index }): FileProof => {
    const seconds = asInt(files[index]?.get("mtime")) ?? -1;
    const { first, last } = layout.filePieces(index);
    for (let piece = first; piece <= last; piece++) if (uncertain.get(piece)) return { kind: "none" };
    // Negative numbers stand for files that are missing or were being written.
    return seconds > 0 ? { kind: "modified", seconds } : { kind: "none" };
  });
  return { have, partials: new Map(), proofs };
}

function bitfieldOf({ pieceCount }: FileLayout, resume: BDict | undefined): Bitfield | undefined {
  const value = resume?.get("bitfield");
  if (value === pieceCount) return Bitfield.full(pieceCount);
  if (value === 0) return new Bitfield(pieceCount);
  const bytes = asBytes(value);
  if (bytes?.length !== Math.ceil(pieceCount / 8)) return undefined;
  const out = new Bitfield(pieceCount);
  for (let piece = 0; piece < pieceCount; piece++)
    if (((bytes[piece >> 3] ?? 0) & (0x80 >> (piece & 7))) !== 0) out.set(piece);
  return out;
}

/** A list of piece indices, four bytes each. */
function uncertainPieces({ pieceCount }: FileLayout, bytes: Uint8Array | undefined): Bitfield {
  const out = new Bitfield(pieceCount);
  if (bytes === undefined) return out;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const piece = view.getUint32(at);
    if (piece < pieceCount) out.set(piece);
  }
  return out;
}

/** Web interfaces store the label with percent-escapes. */
function unescaped(text: string): string {
  if (!text.includes("%")) return text;
  const bytes = text.replaceAll(/%([0-9a-f]{2})/gi, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return utf8Decode(Uint8Array.from(bytes, (character) => character.charCodeAt(0)));
}
