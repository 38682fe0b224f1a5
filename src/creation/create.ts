import { UsageError } from "../base/index.ts";
import { encode, keyFromBytes, keyFromText } from "../bencode/index.ts";
import type { BInput } from "../bencode/index.ts";
import {
  FileLayout,
  MAX_PIECE_LENGTH,
  MAX_PIECES,
  MAX_TORRENT_LENGTH,
  merkleRoot,
  MIN_PIECE_LENGTH_V2,
  outerKeys,
  parseMetainfo,
  pieceLayerHeight,
} from "../metainfo/index.ts";
import type { FileEntry, Metainfo, MetainfoVersion, OuterFields } from "../metainfo/index.ts";
import type { Runtime } from "../runtime/index.ts";
import { hashSource } from "./hash-source.ts";
import type { SourceHashes } from "./hash-source.ts";
import { PIECE_LENGTH_STEP_V1 } from "./limits.ts";
import { automaticPieceLength } from "./piece-length.ts";
import { checkUnchanged, listSource } from "./source.ts";
import type { SourceFile, SourceOptions } from "./source.ts";

/** The progress of {@link createTorrent}: bytes and pieces hashed. */
export interface CreateProgress {
  /** The number of content bytes hashed so far. A hybrid torrent hashes all bytes twice; each time counts half. */
  readonly hashedBytes: number;
  /** The size of the content in bytes. */
  readonly totalBytes: number;
}

/** The content and the fields of the torrent that {@link createTorrent} makes. */
export interface CreateOptions extends SourceOptions, OuterFields {
  /** The name of the torrent. Default: the name of the file or folder at `path`. */
  readonly name?: string | undefined;
  /** The version of the torrent. Default `"v1"`, which every client reads. */
  readonly version?: MetainfoVersion | undefined;
  /**
   * The piece length in bytes, at most 512 MiB: for v2 and hybrid a power of two from 16 KiB, for v1 any multiple of 1
   * KiB. Default: {@link automaticPieceLength}.
   */
  readonly pieceLength?: number | undefined;
  /** Whether the torrent is private (BEP 27). */
  readonly private?: boolean | undefined;
  /** The key `source`: the name of the site for which the torrent is made. It changes the info-hash. */
  readonly source?: string | undefined;
  readonly onProgress?: ((progress: CreateProgress) => void) | undefined;
}

/** The result of {@link createTorrent}. */
export interface CreatedTorrent {
  readonly bytes: Uint8Array;
  readonly metainfo: Metainfo;
  /**
   * The files whose path on this disk differs from the safe path in {@link Metainfo.files}: their names are not safe on
   * every system.
   */
  readonly renamed: readonly { readonly from: readonly string[]; readonly to: readonly string[] }[];
  /**
   * The name of the file or folder on this disk when the torrent has another name; `undefined` when both names are the
   * same.
   */
  readonly renamedFrom: string | undefined;
}

/**
 * Makes a torrent from a file or folder (BEP 3, 47, 52). The same content, names and options give the same bytes; there
 * is no creation date unless it is given.
 *
 * Rejects with {@link UsageError} `metainfo.source`, `metainfo.name`, `metainfo.piece-length`, `metainfo.url`,
 * `metainfo.date`; StorageError `storage.changed` when a file changes while it is hashed, or another `storage.*` when
 * it cannot be read; AbortError.
 *
 * @example
 * ```ts
 * import { writeFile } from "node:fs/promises";
 * import { createTorrent } from "millrace/creation";
 * import { nodeRuntime } from "millrace/runtime/node";
 *
 * const runtime = nodeRuntime();
 * await writeFile("film.mkv", "not much of a film");
 * const { bytes, metainfo } = await createTorrent(runtime, {
 *   path: "film.mkv",
 *   trackers: [["udp://tracker.example:6969"]],
 * });
 * await writeFile("film.torrent", bytes);
 * metainfo.pieceCount; // => 1
 * await runtime.close();
 * ```
 */
export async function createTorrent(
  runtime: Pick<Runtime, "files" | "hasher">,
  options: CreateOptions,
): Promise<CreatedTorrent> {
  const outer = outerKeys(options);
  const { version = "v1", signal, onProgress } = options;
  const source = await listSource(runtime.files, options);
  const name = checkedName(options.name ?? source.name);
  const files = source.isSingleFile ? source.files.map((file) => ({ ...file, components: [name] })) : source.files;
  const totalBytes = files.reduce((sum, file) => sum + file.length, 0);
  const pieceLength = checkedPieceLength(options.pieceLength ?? automaticPieceLength(totalBytes), version);
  const { layout, paths } = layOut(files, pieceLength, version);
  checkSize(layout, version);
  const hashes = await hashSource(runtime.hasher, {
    layout,
    paths,
    v1: version !== "v2",
    v2: version !== "v1",
    signal,
    onProgress:
      onProgress === undefined
        ? undefined
        : (share) => onProgress({ hashedBytes: Math.round(share * totalBytes), totalBytes }),
  });
  await checkUnchanged(runtime.files, source);
  const torrent = new Map<string, BInput | undefined>(outer);
  const info = commonInfo(options, name, pieceLength);
  if (version !== "v2") addV1(info, layout, hashes.pieces, source.isSingleFile);
  if (version !== "v1") addV2(info, torrent, layout, hashes, runtime);
  torrent.set("info", info);
  const bytes = encode(torrent);
  const metainfo = parseMetainfo(bytes, runtime.hasher, { strict: true });
  return {
    bytes,
    metainfo,
    renamed: renamedFiles(layout, metainfo),
    renamedFrom: metainfo.name === source.name ? undefined : source.name,
  };
}

function checkedName(name: string): string {
  if (name === "" || name === "." || name === ".." || name.includes("/") || name.includes("\0")) {
    throw new UsageError("metainfo.name", `not a name for a torrent: ${JSON.stringify(name.slice(0, 100))}`);
  }
  return name;
}

function checkedPieceLength(length: number, version: MetainfoVersion): number {
  const inRange = length > 0 && length <= MAX_PIECE_LENGTH;
  const fits =
    version === "v1"
      ? length % PIECE_LENGTH_STEP_V1 === 0
      : length >= MIN_PIECE_LENGTH_V2 && Number.isInteger(Math.log2(length));
  if (inRange && fits) return length;
  const allowed =
    version === "v1" ? `a multiple of ${PIECE_LENGTH_STEP_V1}` : `a power of two from ${MIN_PIECE_LENGTH_V2}`;
  throw new UsageError(
    "metainfo.piece-length",
    `the piece length of a ${version} torrent is ${allowed} up to ${MAX_PIECE_LENGTH}, not ${length}`,
  );
}

/**
 * Returns the layout of the files, with padding files between them for a hybrid torrent, and the path of each file on
 * disk.
 */
function layOut(
  files: readonly SourceFile[],
  pieceLength: number,
  version: MetainfoVersion,
): { layout: FileLayout; paths: (string | undefined)[] } {
  const entries: FileEntry[] = [];
  const paths: (string | undefined)[] = [];
  let end = 0;
  for (const file of files) {
    const gap = (pieceLength - (end % pieceLength)) % pieceLength;
    if (version === "hybrid" && file.length > 0 && gap > 0) {
      entries.push(entry([".pad", String(gap)], gap, { isPadding: true, isExecutable: false }));
      paths.push(undefined);
      end += gap;
    }
    entries.push(entry(file.components, file.length, { isPadding: false, isExecutable: file.isExecutable }));
    paths.push(file.path);
    end += file.length;
  }
  return { layout: new FileLayout(entries, pieceLength, version === "v2"), paths };
}

function entry(
  path: readonly string[],
  length: number,
  flags: Pick<FileEntry, "isPadding" | "isExecutable">,
): FileEntry {
  return { path, length, ...flags, isHidden: false, symlinkPath: undefined, piecesRoot: undefined };
}

/**
 * Throws when the torrent file would be longer than the maximum. It is called before the content is hashed. Only the
 * hashes are counted, because the other fields are short.
 */
function checkSize(layout: FileLayout, version: MetainfoVersion): void {
  const perPiece = (version === "v2" ? 0 : 20) + (version === "v1" ? 0 : 32);
  if (layout.pieceCount <= MAX_PIECES && layout.pieceCount * perPiece < MAX_TORRENT_LENGTH) return;
  throw new UsageError(
    "metainfo.piece-length",
    `${layout.pieceCount} pieces of ${layout.pieceLength} bytes are too many for a torrent file; choose longer pieces`,
  );
}

function commonInfo(options: CreateOptions, name: string, pieceLength: number): Map<string, BInput> {
  const info = new Map<string, BInput>([
    ["name", name],
    ["piece length", pieceLength],
  ]);
  if (options.private === true) info.set("private", 1);
  if (options.source !== undefined && options.source !== "") info.set("source", options.source);
  return info;
}

function addV1(info: Map<string, BInput>, layout: FileLayout, pieces: Uint8Array, isSingleFile: boolean): void {
  info.set("pieces", pieces);
  const files = layout.files.map(({ path, length, isPadding, isExecutable }) => ({
    attr: isPadding ? "p" : isExecutable ? "x" : undefined,
    length,
    path: isSingleFile ? undefined : path,
  }));
  if (!isSingleFile) info.set("files", files);
  else for (const [key, value] of Object.entries(files[0] ?? {})) if (value !== undefined) info.set(key, value);
}

type Tree = Map<string, BInput>;

function addV2(
  info: Map<string, BInput>,
  torrent: Map<string, BInput | undefined>,
  layout: FileLayout,
  hashes: SourceHashes,
  runtime: Pick<Runtime, "hasher">,
): void {
  const tree: Tree = new Map();
  const folders = new Map<string, Tree>([["", tree]]);
  const pieceLayers = new Map<string, BInput>();
  const height = pieceLayerHeight(layout.pieceLength);
  for (const file of layout.files) {
    if (file.isPadding) continue;
    const layer = hashes.layers[file.index];
    const isLong = file.length > layout.pieceLength;
    const root = layer === undefined ? undefined : isLong ? merkleRoot(layer, runtime.hasher, height) : layer;
    if (isLong && layer !== undefined && root !== undefined) pieceLayers.set(keyFromBytes(root), layer);
    const facts = { attr: file.isExecutable ? "x" : undefined, length: file.length, "pieces root": root };
    folderOf(file.path, folders).set(keyFromText(file.path.at(-1) ?? ""), { "": facts });
  }
  info.set("file tree", tree);
  info.set("meta version", 2);
  torrent.set("piece layers", pieceLayers);
}

/**
 * Returns the file tree's dictionary of the folder that contains `path`. Creates it, and those of its parent folders,
 * when they are missing.
 */
function folderOf(path: readonly string[], folders: Map<string, Tree>): Tree {
  let key = "";
  let folder = folders.get("") ?? new Map<string, BInput>();
  for (const component of path.slice(0, -1)) {
    key += `/${component}`;
    const found = folders.get(key) ?? new Map<string, BInput>();
    if (!folders.has(key)) {
      folders.set(key, found);
      folder.set(keyFromText(component), found);
    }
    folder = found;
  }
  return folder;
}

function renamedFiles(layout: FileLayout, metainfo: Metainfo): CreatedTorrent["renamed"] {
  return layout.files.flatMap(({ path, index }) => {
    const to = metainfo.files[index]?.path ?? [];
    return to.join("/") === path.join("/") || metainfo.isSingleFile ? [] : [{ from: path, to }];
  });
}
