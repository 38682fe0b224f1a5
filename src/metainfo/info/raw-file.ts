import { asBytes, asList, asText, requireInt } from "../../bencode/index.ts";
import type { BDict, BValue } from "../../bencode/index.ts";
import { invalid } from "../fail.ts";
import type { FileEntry } from "../pieces/layout.ts";
import { MAX_PATH_COMPONENTS } from "../limits.ts";
import { safePath } from "../paths/paths.ts";
import type { PathTable } from "../paths/paths.ts";
import type { TextReader } from "../text.ts";

const ANY_LENGTH = { min: 0 };

/** A file as the info dictionary lists it: its path is decoded as text, but not yet made safe. */
export interface RawFile {
  readonly components: readonly string[];
  readonly length: number;
  /** The `attr` of the file (BEP 47): `p` padding, `x` executable, `h` hidden, `l` symbolic link. */
  readonly attributes: string;
  readonly symlink: readonly string[] | undefined;
  readonly piecesRoot: Uint8Array | undefined;
}

/**
 * Reads a file from its dictionary (`length`, `attr`, `symlink path`; BEP 47: a symbolic link needs no length) and adds
 * the given fields. All results are made by one object literal, so they have the same order of fields, which is fast
 * for torrents of many files.
 */
export function readFile(
  dict: BDict,
  components: readonly string[],
  piecesRoot: Uint8Array | undefined,
  text: TextReader,
): RawFile {
  const attributes = readAttributes(dict);
  const length = readLength(dict, attributes);
  return {
    components,
    length,
    attributes,
    symlink: attributes.includes("l") ? readSymlink(dict, text) : undefined,
    piecesRoot,
  };
}

/**
 * Reads the target of a symbolic link, as components from the torrent's root. BEP 47 forbids `.` and `..`; they are
 * dropped.
 */
function readSymlink(dict: BDict, text: TextReader): string[] | undefined {
  return readPath(dict.get("symlink path"), text)?.filter((component) => component !== "." && component !== "..");
}

/** Reads the `attr` of a file (BEP 47); returns an empty text when it is missing. */
export function readAttributes(dict: BDict): string {
  const value = dict.get("attr");
  return value === undefined ? "" : (asText(value) ?? "");
}

/**
 * Returns the number of bytes that a file has in the torrent's pieces. It is 0 for a symbolic link (BEP 47), also when
 * a program has written the length of the link's target. Throws `metainfo.files` when a file has no length.
 */
export function readLength(dict: BDict, attributes: string): number {
  if (attributes !== "" && attributes.includes("l")) return 0;
  const length = dict.get("length") === undefined ? undefined : requireInt(dict, "length", ANY_LENGTH);
  if (length === undefined) throw invalid("files", "a file has no length");
  return length;
}

/**
 * Decodes a path, which is a list of strings; `undefined` for any other value. Throws `metainfo.path` when the path has
 * more than {@link MAX_PATH_COMPONENTS} components.
 */
export function readPath(value: BValue | undefined, text: TextReader): string[] | undefined {
  const list = asList(value);
  if (list === undefined) return undefined;
  if (list.length > MAX_PATH_COMPONENTS)
    throw invalid("path", `a path has ${list.length} components, more than ${MAX_PATH_COMPONENTS}`);
  const out: string[] = [];
  for (const component of list) {
    const bytes = asBytes(component);
    if (bytes === undefined) return undefined;
    out.push(text(bytes));
  }
  return out;
}

/** Returns the file with a safe path on disk that no other file has. */
export function toEntry(raw: RawFile, paths: PathTable): FileEntry {
  const { attributes, length, symlink, piecesRoot } = raw;
  // Few files have attributes: the check for an empty text avoids three searches for each of the other files.
  const isPlain = attributes === "";
  const isPadding = !isPlain && attributes.includes("p");
  return {
    path: isPadding ? safePath(raw.components) : paths.place(raw.components),
    length,
    isPadding,
    isExecutable: !isPlain && attributes.includes("x"),
    isHidden: !isPlain && attributes.includes("h"),
    symlinkPath: symlink === undefined ? undefined : safePath(symlink),
    piecesRoot,
  };
}
