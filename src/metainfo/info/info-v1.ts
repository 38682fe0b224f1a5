import { toError } from "../../base/index.ts";
import { asBytes, asDict, optionalInt, requireBytes } from "../../bencode/index.ts";
import type { BDict, BValue, ElementScanner } from "../../bencode/index.ts";
import { invalid } from "../fail.ts";
import { MAX_PIECE_LENGTH, MAX_PIECES } from "../limits.ts";
import { isPaddingName } from "./padding.ts";
import { PlainFileScanner } from "./plain-file.ts";
import type { PlainFile } from "./plain-file.ts";
import { PlainFiles } from "./plain-files.ts";
import { readAttributes, readFile, readLength, readPath } from "./raw-file.ts";
import type { RawFile } from "./raw-file.ts";
import type { TextReader } from "../text.ts";

const SHA1_LENGTH = 20;

/** The fields of an info dictionary that v1 (BEP 3) defines. */
export interface InfoV1 {
  readonly isSingleFile: boolean;
  /** The files, in the torrent's order. */
  readonly files: readonly RawFile[] | PlainFiles;
  /** The SHA-1 digests of all pieces, 20 bytes each, without separators. */
  readonly pieces: Uint8Array;
}

/** Whether an info dictionary has the fields of v1: pieces hashed with SHA-1. */
export function hasV1(info: BDict): boolean {
  return info.has("pieces");
}

/**
 * Returns the piece length in bytes. It need not be a power of two: BEP 3 does not demand that, and torrents with
 * pieces of 25,344 or 270,544 bytes are in use.
 */
export function readPieceLengthV1(info: BDict): number {
  const pieceLength = optionalInt(info, "piece length", { min: 1 });
  if (pieceLength === undefined || pieceLength > MAX_PIECE_LENGTH) {
    throw invalid("piece-length", `the piece length is ${pieceLength ?? "missing"}, not 1 to ${MAX_PIECE_LENGTH}`);
  }
  return pieceLength;
}

/**
 * Reads the elements of the list `files` one by one while the info dictionary is decoded, so that the dictionaries of
 * all files are never in memory at once. The error of a malformed file is stored, and thrown later by
 * {@link FileReader.files}: a torrent of an unknown version may have other files, and its error must be the version.
 */
export class FileReader {
  /**
   * Reads the plain files: those with only `length` and `path`, in canonical bencode. {@link FileReader.add} reads all
   * others.
   */
  readonly scanner: ElementScanner;
  readonly #text: TextReader;
  /** The files read so far; `undefined` once a file was not plain (see `scanner`). */
  #plain: PlainFiles | undefined;
  readonly #files: RawFile[] = [];
  #failure: unknown;

  constructor(text: TextReader) {
    this.#text = text;
    this.#plain = new PlainFiles();
    this.scanner = new PlainFileScanner((bytes, file) => this.#addPlain(bytes, file));
  }

  add(value: BValue): void {
    if (this.#failure !== undefined) return;
    this.#unpack();
    try {
      this.#files.push(readListed(value, this.#files.length, this.#text));
    } catch (error) {
      this.#failure = error;
    }
  }

  /** The files when all of them are plain (see `scanner`), else `undefined`. Read this once, after the last file. */
  get plain(): PlainFiles | undefined {
    return this.#plain?.seal();
  }

  /** The number of files read so far. Throws the error of the first malformed file. */
  get count(): number {
    if (this.#failure !== undefined) throw toError(this.#failure);
    return this.#plain?.length ?? this.#files.length;
  }

  /**
   * All files read so far, for torrents in which at least one file is not plain (see `scanner`). Throws the error of
   * the first malformed file.
   */
  get files(): readonly RawFile[] {
    if (this.#failure !== undefined) throw toError(this.#failure);
    this.#unpack();
    return this.#files;
  }

  #addPlain(bytes: Uint8Array, file: PlainFile): void {
    if (this.#failure !== undefined || this.#plain?.add(bytes, file) === true) return;
    this.#unpack();
    const components = Array.from({ length: file.count }, (_, i) =>
      this.#text.range(bytes, file.starts[i] ?? 0, file.ends[i] ?? 0),
    );
    // The fields are in the same order as in all literals of a RawFile, so that the engine uses one hidden class.
    this.#files.push({
      components,
      length: file.length,
      attributes: isPaddingName(components.at(-1) ?? "") ? "p" : "",
      symlink: undefined,
      piecesRoot: undefined,
    });
  }

  #unpack(): void {
    for (const file of this.#plain?.seal().toRawFiles() ?? []) this.#files.push(file);
    this.#plain = undefined;
  }
}

/**
 * Reads the v1 fields of an info dictionary. `name` is the torrent's name, and the path of the only file of a
 * single-file torrent. `listed` has the elements of the key `files`; `undefined` when the key is missing.
 */
export function readInfoV1(info: BDict, name: string, listed: FileReader | undefined, text: TextReader): InfoV1 {
  const pieces = requireBytes(info, "pieces");
  if (pieces.length % SHA1_LENGTH !== 0)
    throw invalid("pieces", `"pieces" has ${pieces.length} bytes, no multiple of ${SHA1_LENGTH}`);
  if (pieces.length / SHA1_LENGTH > MAX_PIECES) throw invalid("pieces", `more than ${MAX_PIECES} pieces`);
  if (info.has("files") || listed?.count === 0) throw invalid("files", `"files" is no list of files`);
  if (listed === undefined) return { isSingleFile: true, pieces, files: [readFile(info, [name], undefined, text)] };
  return { isSingleFile: false, pieces, files: listed.plain ?? listed.files };
}

function readListed(value: BValue, index: number, text: TextReader): RawFile {
  const dict = asDict(value);
  if (dict === undefined) throw invalid("files", `file ${index} is no dictionary`);
  const file = readFile(dict, readComponents(dict, index, text), undefined, text);
  return isPaddingName(file.components.at(-1) ?? "") ? { ...file, attributes: `${file.attributes}p` } : file;
}

function readComponents(dict: BDict, index: number, text: TextReader): readonly string[] {
  const repaired = dict.has("path.utf-8") ? readPath(dict.get("path.utf-8"), text) : undefined;
  const components = repaired !== undefined && repaired.length > 0 ? repaired : readPath(dict.get("path"), text);
  if (components !== undefined && components.length > 0) return components;
  // A padding file needs no path (BEP 47); this is the path that BEP 47 recommends.
  const attributes = readAttributes(dict);
  if (attributes.includes("p")) return [".pad", String(readLength(dict, attributes))];
  throw invalid("path", `file ${index} has no path`);
}

/**
 * Returns the torrent's name as text, which may be empty. Prefers `name.utf-8`, which some programs write beside a
 * `name` in a legacy encoding. Throws `metainfo.name` when the name is missing: no client accepts such a torrent.
 */
export function readName(info: BDict, text: TextReader): string {
  const bytes = asBytes(info.get("name.utf-8")) ?? asBytes(info.get("name"));
  if (bytes === undefined) throw invalid("name", "it has no name");
  return text(bytes);
}
