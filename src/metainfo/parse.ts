import { InfoHash, looksLikeHtml, pageText } from "../base/index.ts";
import type { SyncHasher } from "../base/index.ts";
import { asBytes, asDict, asInt, asText, decode, decodeWithSpans, encode, Raw } from "../bencode/index.ts";
import type { BDict, BValue, DecodeOptions } from "../bencode/index.ts";
import { invalid } from "./fail.ts";
import { editKeys } from "./edit.ts";
import { readLayers } from "./pieces/hashes.ts";
import { checkAlignment, mergeHalves } from "./info/hybrid.ts";
import { outerKeys } from "./fields.ts";
import type { OuterFields } from "./fields.ts";
import { FileReader, hasV1, readInfoV1, readName, readPieceLengthV1 } from "./info/info-v1.ts";
import { hasV2, readInfoV2, readPieceLengthV2 } from "./info/info-v2.ts";
import { FileLayout } from "./pieces/layout.ts";
import type { FileEntries, FileEntry } from "./pieces/layout.ts";
import { MAX_PIECES, MAX_TORRENT_LENGTH } from "./limits.ts";
import { Metainfo } from "./metainfo.ts";
import type { MetainfoFacts, MetainfoVersion } from "./metainfo.ts";
import { safeName } from "./paths/names.ts";
import { readOuter } from "./outer.ts";
import type { OuterFacts } from "./outer.ts";
import { PathTable } from "./paths/paths.ts";
import { PlainFiles } from "./info/plain-files.ts";
import { toEntry } from "./info/raw-file.ts";
import type { RawFile } from "./info/raw-file.ts";
import { textReader } from "./text.ts";
import type { TextReader } from "./text.ts";

/** Options of {@link parseMetainfo} and {@link metainfoFromInfo}. */
export interface ParseOptions {
  /**
   * Whether to refuse bencode that is not canonical; see `millrace/bencode`. Default `false`: many torrents in use are
   * not canonical.
   */
  readonly strict?: boolean | undefined;
  /**
   * Whether a v2 torrent file without some of its piece layers is accepted: peers send them (BEP 52). Default `false`.
   */
  readonly mayLackLayers?: boolean | undefined;
}

/** The byte `d`, with which a bencoded dictionary begins. */
const DICTIONARY = 0x64;

type InfoFacts = Omit<MetainfoFacts, keyof OuterFacts | "torrentBytes">;

/**
 * Parses a torrent file: v1 (BEP 3), v2 or hybrid (BEP 52). The result keeps `bytes`: do not change them afterwards.
 *
 * Throws InputError: `bencode.*` when `bytes` are no bencode or a key is missing; `metainfo.web-page` (an HTML page
 * saved or sent in place of a torrent), `metainfo.info` (no info dictionary), `metainfo.version` (newer than v2); when
 * values contradict each other or the BEPs `metainfo.name`, `metainfo.piece-length`, `metainfo.pieces`,
 * `metainfo.files`, `metainfo.path`, `metainfo.size`, `metainfo.file-tree`, `metainfo.pieces-root`, `metainfo.layers`,
 * `metainfo.hybrid`.
 */
export function parseMetainfo(bytes: Uint8Array, hasher: SyncHasher, options: ParseOptions = {}): Metainfo {
  if (bytes[0] !== DICTIONARY && looksLikeHtml(bytes))
    throw invalid("web-page", `it is a web page: “${pageText(bytes)}”`);
  const { value: torrent, spans } = decodeWithSpans(bytes, { ...decodeOptions(options), leave: new Set(["info"]) });
  const span = spans.get("info");
  if (span === undefined) throw invalid("info", "it has no info dictionary");
  const text = textReader(asText(torrent.get("encoding")));
  const outer = readOuter(torrent, text);
  const info = readInfo(bytes.subarray(span.start, span.end), torrent, text, hasher, options);
  return new Metainfo({
    ...outer,
    ...info,
    torrentBytes: (layers) =>
      layers === undefined ? bytes : editKeys(bytes, new Map([["piece layers", layers.toDict()]])),
  });
}

/**
 * Makes a torrent from an info dictionary that peers sent (BEP 9) and from `extras`: the trackers and other fields that
 * a magnet link or the user has given. It has no v2 piece layers: {@link Metainfo.pieceLayer} returns `undefined` for
 * files longer than a piece. Throws the errors of {@link parseMetainfo}.
 */
export function metainfoFromInfo(
  infoBytes: Uint8Array,
  extras: OuterFields,
  hasher: SyncHasher,
  options: ParseOptions = {},
): Metainfo {
  const outer = outerKeys(extras);
  const text = textReader(undefined);
  return new Metainfo({
    ...readOuter(asDict(decode(encode(outer))) ?? new Map(), text),
    ...readInfo(infoBytes, undefined, text, hasher, options),
    torrentBytes: (layers) =>
      encode(
        new Map([
          ...outer,
          ["info", new Raw(infoBytes)],
          ...(layers === undefined ? [] : [["piece layers", layers.toDict()] as const]),
        ]),
      ),
  });
}

function decodeOptions(options: ParseOptions): DecodeOptions {
  return { strict: options.strict ?? false, maxLength: MAX_TORRENT_LENGTH };
}

function readInfo(
  infoBytes: Uint8Array,
  torrent: BDict | undefined,
  text: TextReader,
  hasher: SyncHasher,
  options: ParseOptions,
): InfoFacts {
  const reader = new FileReader(text);
  const each = new Map([["files", (file: BValue) => reader.add(file)]]);
  const scan = new Map([["files", reader.scanner]]);
  if (infoBytes[0] !== DICTIONARY) throw invalid("info", "its info is no dictionary");
  const { value: info, spans } = decodeWithSpans(infoBytes, { ...decodeOptions(options), each, scan });
  const listed = spans.has("files") ? reader : undefined;
  const isV2 = hasV2(info);
  const version: MetainfoVersion = !isV2 ? "v1" : hasV1(info) ? "hybrid" : "v2";
  const sha1 = InfoHash.fromBytes(hasher.digestSync("sha1", infoBytes));
  const infoHash = version === "v2" ? undefined : sha1;
  const infoHashV2 = isV2 ? InfoHash.fromBytes(hasher.digestSync("sha256", infoBytes)) : undefined;
  const id = infoHash ?? infoHashV2 ?? sha1;
  const rawName = readName(info, text) || id.hex;
  const source = asBytes(info.get("source"));
  return {
    version,
    infoHash,
    infoHashV2,
    id,
    rawName,
    name: safeName(rawName),
    isPrivate: asInt(info.get("private")) === 1,
    source: source === undefined || source.length === 0 ? undefined : text(source),
    infoBytes,
    ...readPieces(version, info, rawName, listed, torrent, text, hasher, options.mayLackLayers === true),
  };
}

type PieceFacts = Pick<InfoFacts, "isSingleFile" | "layout" | "hashes" | "hashesV2">;

function readPieces(
  version: MetainfoVersion,
  info: BDict,
  name: string,
  listed: FileReader | undefined,
  torrent: BDict | undefined,
  text: TextReader,
  hasher: SyncHasher,
  mayLackLayers: boolean,
): PieceFacts {
  const pieceLength = version === "v1" ? readPieceLengthV1(info) : readPieceLengthV2(info);
  const v1 = version === "v2" ? undefined : readInfoV1(info, name, listed, text);
  const v2 = version === "v1" ? undefined : readInfoV2(info, text);
  const files =
    v1 === undefined
      ? (v2?.files ?? [])
      : v2 === undefined
        ? v1.files
        : mergeHalves(v1.files instanceof PlainFiles ? v1.files.toRawFiles() : v1.files, v2.files);
  const layout = place(files, pieceLength, version === "v2");
  if (version === "hybrid") checkAlignment(layout);
  const layers = torrent === undefined ? undefined : (asDict(torrent.get("piece layers")) ?? new Map());
  const hashesV2 = v2 === undefined ? undefined : readLayers(layout.files, pieceLength, layers, hasher, mayLackLayers);
  if (v1 === undefined) {
    return {
      isSingleFile: v2?.isSingleFile ?? false,
      layout,
      hashes: hashesV2 ?? { kind: "v2", layers: [] },
      hashesV2,
    };
  }
  if (v1.pieces.length !== layout.pieceCount * 20) {
    throw invalid(
      "pieces",
      `${layout.totalLength} bytes in pieces of ${pieceLength} need ${layout.pieceCount} hashes; it has ${v1.pieces.length / 20}`,
    );
  }
  return { isSingleFile: v1.isSingleFile, layout, hashes: { kind: "v1", pieces: v1.pieces }, hashesV2 };
}

function place(files: readonly RawFile[] | PlainFiles, pieceLength: number, isAligned: boolean): FileLayout {
  const layout = new FileLayout(files instanceof PlainFiles ? files : toEntries(files), pieceLength, isAligned);
  if (layout.pieceCount > MAX_PIECES) throw invalid("pieces", `more than ${MAX_PIECES} pieces`);
  return layout;
}

function toEntries(files: readonly RawFile[]): FileEntries {
  const paths = new PathTable();
  const entryAt = (index: number): FileEntry | undefined => {
    const file = files[index];
    return file === undefined ? undefined : toEntry(file, paths);
  };
  return { length: files.length, at: entryAt };
}
