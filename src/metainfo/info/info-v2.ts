import { asDict, keyToBytes, optionalBytes, optionalInt, requireDict } from "../../bencode/index.ts";
import type { BDict } from "../../bencode/index.ts";
import { invalid } from "../fail.ts";
import { MAX_PIECE_LENGTH, MIN_PIECE_LENGTH_V2 } from "../limits.ts";
import { MERKLE_HASH_LENGTH } from "../pieces/merkle.ts";
import { readFile } from "./raw-file.ts";
import type { RawFile } from "./raw-file.ts";
import type { TextReader } from "../text.ts";

/** The fields of an info dictionary that v2 (BEP 52) defines. */
export interface InfoV2 {
  /** Whether the file tree has one file and no folder. */
  readonly isSingleFile: boolean;
  /** The files, in the order of the file tree. */
  readonly files: readonly RawFile[];
}

/**
 * Whether an info dictionary has the fields of v2. Throws `metainfo.version` when its `meta version` is above 2: BEP 52
 * demands this check first.
 */
export function hasV2(info: BDict): boolean {
  const version = optionalInt(info, "meta version");
  if (version !== undefined && version !== 1 && version !== 2) {
    throw invalid("version", `its meta version is ${version}; this program reads 1 and 2`);
  }
  return version === 2;
}

/**
 * Returns the piece length in bytes, a power of two from 16 KiB (BEP 52). Throws {@link InputError}
 * `metainfo.piece-length` for any other value.
 */
export function readPieceLengthV2(info: BDict): number {
  const pieceLength = optionalInt(info, "piece length", { min: 1 });
  if (
    pieceLength === undefined ||
    pieceLength < MIN_PIECE_LENGTH_V2 ||
    pieceLength > MAX_PIECE_LENGTH ||
    !Number.isInteger(Math.log2(pieceLength))
  ) {
    throw invalid(
      "piece-length",
      `the piece length is ${pieceLength ?? "missing"}, not a power of two from ${MIN_PIECE_LENGTH_V2} to ${MAX_PIECE_LENGTH}`,
    );
  }
  return pieceLength;
}

/**
 * Reads the file tree (BEP 52). Throws {@link InputError} `metainfo.file-tree`, `metainfo.pieces-root`, `bencode.*`.
 */
export function readInfoV2(info: BDict, text: TextReader): InfoV2 {
  const tree = requireDict(info, "file tree");
  if (tree.has("")) throw invalid("file-tree", "the root of the file tree is itself a file");
  const files: RawFile[] = [];
  walk(tree, [], files, text);
  if (files.length === 0) throw invalid("file-tree", "the file tree is empty");
  return { isSingleFile: tree.size === 1 && files.length === 1 && files[0]?.components.length === 1, files };
}

/**
 * Adds the files below a folder of the file tree to `files`. The decoder limits the depth of dictionaries, and so the
 * depth of this recursion.
 */
function walk(folder: BDict, path: readonly string[], files: RawFile[], text: TextReader): void {
  for (const [key, value] of folder) {
    const node = asDict(value);
    if (node === undefined || key === "")
      throw invalid("file-tree", "an entry of the file tree is no dictionary, or has no name");
    const components = [...path, text(keyToBytes(key))];
    const properties = node.get("");
    if (properties === undefined) walk(node, components, files, text);
    else files.push(readLeaf(node, asDict(properties), components, text));
  }
}

function readLeaf(
  node: BDict,
  properties: BDict | undefined,
  components: readonly string[],
  text: TextReader,
): RawFile {
  const label = (): string => components.join("/").slice(0, 200);
  if (properties === undefined || node.size !== 1) {
    throw invalid("file-tree", `${JSON.stringify(label())} is both a file and a folder, or neither`, { path: label() });
  }
  const root = optionalBytes(properties, "pieces root");
  const file = readFile(properties, components, properties.get("length") === 0 ? undefined : root, text);
  if (file.attributes.includes("p"))
    throw invalid("file-tree", "a v2 file tree must not contain padding files", { path: label() });
  if (file.length > 0 && root?.length !== MERKLE_HASH_LENGTH) {
    throw invalid("pieces-root", `${JSON.stringify(label())} has no "pieces root" of ${MERKLE_HASH_LENGTH} bytes`, {
      path: label(),
    });
  }
  if (file.length > 0 && root?.every((byte) => byte === 0) === true) {
    throw invalid(
      "pieces-root",
      `the "pieces root" of ${JSON.stringify(label())} is all zeros, which no data hashes to`,
      { path: label() },
    );
  }
  return file;
}
