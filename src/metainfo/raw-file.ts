import { asBytes, asList, asText, optionalInt } from "../bencode/index.ts";
import type { BDict, BValue } from "../bencode/index.ts";
import { invalid } from "./fail.ts";
import type { FileEntry } from "./layout.ts";
import { MAX_PATH_COMPONENTS } from "./limits.ts";
import { safePath } from "./paths.ts";
import type { PathTable } from "./paths.ts";
import type { TextReader } from "./text.ts";

/** A file as the info dictionary has it: names as text, but not yet safe. */
export interface RawFile {
  readonly components: readonly string[];
  readonly length: number;
  /** BEP 47: `p` padding, `x` executable, `h` hidden, `l` symbolic link. */
  readonly attributes: string;
  readonly symlink: readonly string[] | undefined;
  readonly piecesRoot: Uint8Array | undefined;
}

/** `length`, `attr` and `symlink path` of a file's dictionary; a symbolic link needs no length (BEP 47). */
export function readProperties(dict: BDict, text: TextReader): Pick<RawFile, "length" | "attributes" | "symlink"> {
  const attributes = asText(dict.get("attr")) ?? "";
  const isLink = attributes.includes("l");
  const length = optionalInt(dict, "length", { min: 0 });
  if (length === undefined && !isLink) throw invalid("files", "a file has no length");
  const target = isLink ? readPath(dict.get("symlink path"), text) : undefined;
  if (isLink && (length ?? 0) > 0) throw invalid("files", "a symbolic link has a length");
  return { length: length ?? 0, attributes, symlink: target };
}

/** A list of strings as text; `undefined` when it is none. Throws `metainfo.path` when it has more components than any disk takes. */
export function readPath(value: BValue | undefined, text: TextReader): string[] | undefined {
  const list = asList(value);
  if (list === undefined) return undefined;
  if (list.length > MAX_PATH_COMPONENTS) throw invalid("path", `a path has ${list.length} components, more than ${MAX_PATH_COMPONENTS}`);
  const out: string[] = [];
  for (const component of list) {
    const bytes = asBytes(component);
    if (bytes === undefined) return undefined;
    out.push(text(bytes));
  }
  return out;
}

/** The file with a place of its own on disk. */
export function toEntry(raw: RawFile, paths: PathTable): FileEntry {
  const { attributes, length, symlink, piecesRoot } = raw;
  const isPadding = attributes.includes("p");
  return {
    path: isPadding ? safePath(raw.components) : paths.place(raw.components),
    length,
    isPadding,
    isExecutable: attributes.includes("x"),
    isHidden: attributes.includes("h"),
    symlinkPath: symlink === undefined ? undefined : safePath(symlink),
    piecesRoot,
  };
}
