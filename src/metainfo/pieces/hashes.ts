import { equalBytes, toHex } from "../../base/index.ts";
import type { SyncHasher } from "../../base/index.ts";
import { asBytes, keyFromBytes } from "../../bencode/index.ts";
import type { BDict } from "../../bencode/index.ts";
import { invalid } from "../fail.ts";
import type { FileLayout, LayoutFile } from "./layout.ts";
import { merkleRoot, MERKLE_HASH_LENGTH, pieceLayerHeight } from "./merkle.ts";

/** The hashes of a v1 torrent: the SHA-1 of each piece, 20 bytes each, without separators (BEP 3). */
export interface HashesV1 {
  readonly kind: "v1";
  readonly pieces: Uint8Array;
}

/**
 * The piece layers of a v2 torrent (BEP 52), by file. A layer has the root of each piece's merkle tree, 32 bytes each,
 * without separators. For a file of at most one piece it is the file's pieces root. `undefined` while the layer of a
 * longer file is unknown (a magnet link has none).
 */
export interface HashesV2 {
  readonly kind: "v2";
  readonly layers: readonly (Uint8Array | undefined)[];
}

/** Piece layers that grow: peers send those that a torrent file lacks ({@link PieceLayers.add}). */
export class PieceLayers implements HashesV2 {
  readonly kind = "v2";
  readonly #files: readonly Pick<LayoutFile, "length" | "piecesRoot">[];
  readonly #pieceLength: number;
  readonly #layers: (Uint8Array | undefined)[];
  #hasGrown = false;

  constructor(
    files: readonly Pick<LayoutFile, "length" | "piecesRoot">[],
    pieceLength: number,
    layers: (Uint8Array | undefined)[],
  ) {
    this.#files = files;
    this.#pieceLength = pieceLength;
    this.#layers = layers;
  }

  get layers(): readonly (Uint8Array | undefined)[] {
    return this.#layers;
  }

  /** Whether a layer was added that the torrent file lacks. */
  get hasGrown(): boolean {
    return this.#hasGrown;
  }

  /** Returns the indexes of the files whose piece layer is not known. */
  missing(): number[] {
    return this.#files.flatMap(({ piecesRoot }, index) =>
      piecesRoot !== undefined && this.#layers[index] === undefined ? [index] : [],
    );
  }

  /**
   * Adds the piece layer of a file, and of all files with the same root. Throws InputError `metainfo.layers`
   * when it does not hash to the root, or when the file has no piece layer.
   */
  add(fileIndex: number, layer: Uint8Array, hasher: SyncHasher): void {
    const file = this.#files[fileIndex];
    if (file?.piecesRoot === undefined) throw invalid("layers", `the file ${fileIndex} has no piece layer`);
    checkLayer(layer, file.length, file.piecesRoot, this.#pieceLength, hasher);
    for (const [index, { length, piecesRoot }] of this.#files.entries())
      if (length === file.length && piecesRoot !== undefined && equalBytes(piecesRoot, file.piecesRoot))
        this.#layers[index] = layer;
    this.#hasGrown = true;
  }

  /** Returns the torrent's key `piece layers`: the known layers of files longer than a piece, by their roots. */
  toDict(): Map<string, Uint8Array> {
    const dict = new Map<string, Uint8Array>();
    for (const [index, { length, piecesRoot }] of this.#files.entries()) {
      const layer = this.#layers[index];
      if (piecesRoot !== undefined && layer !== undefined && length > this.#pieceLength)
        dict.set(keyFromBytes(piecesRoot), layer);
    }
    return new Map([...dict].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** The hashes by which a torrent's pieces are checked. */
export type HashScheme = HashesV1 | HashesV2;

/** Returns the length of a piece's digest in bytes: 20 for SHA-1, 32 for SHA-256. */
export function digestLength(scheme: HashScheme): 20 | 32 {
  return scheme.kind === "v1" ? 20 : 32;
}

/**
 * Returns the piece layer of each file, checked against the file's root. `pieceLayers` is the torrent's key `piece
 * layers`; `undefined` when only the info dictionary is known. Throws `metainfo.layers` when a layer has a wrong length
 * or does not hash to its root, and unless `mayMiss`, when a layer is missing.
 */
export function readLayers(
  files: readonly Pick<LayoutFile, "length" | "piecesRoot">[],
  pieceLength: number,
  pieceLayers: BDict | undefined,
  hasher: SyncHasher,
  mayMiss: boolean,
): PieceLayers {
  const checked = new Map<string, Uint8Array>();
  const layers = files.map(({ length, piecesRoot }) => {
    if (piecesRoot === undefined || length <= pieceLength) return piecesRoot;
    if (pieceLayers === undefined) return undefined;
    const key = keyFromBytes(piecesRoot);
    const layer = checked.get(key) ?? asBytes(pieceLayers.get(key));
    if (layer === undefined) {
      if (mayMiss) return undefined;
      const root = toHex(piecesRoot);
      throw invalid("layers", `the piece layer of ${root} is missing`, { root });
    }
    if (!checked.has(key)) {
      checkLayer(layer, length, piecesRoot, pieceLength, hasher);
      checked.set(key, layer);
    }
    return layer;
  });
  return new PieceLayers(files, pieceLength, layers);
}

function checkLayer(
  layer: Uint8Array,
  fileLength: number,
  piecesRoot: Uint8Array,
  pieceLength: number,
  hasher: SyncHasher,
): void {
  const root = toHex(piecesRoot);
  if (layer.length !== Math.ceil(fileLength / pieceLength) * MERKLE_HASH_LENGTH)
    throw invalid("layers", `the piece layer of ${root} has ${layer.length} bytes for a file of ${fileLength}`, {
      root,
    });
  if (!equalBytes(merkleRoot(layer, hasher, pieceLayerHeight(pieceLength)), piecesRoot))
    throw invalid("layers", `the piece layer of the file with the pieces root ${root} does not hash to that root`, {
      root,
    });
}

/** Returns the digest of one piece (a view); `undefined` when there is no such piece or its layer is not known. */
export function pieceDigest(scheme: HashScheme, layout: FileLayout, index: number): Uint8Array | undefined {
  if (!(index >= 0 && index < layout.pieceCount)) return undefined;
  if (scheme.kind === "v1") return scheme.pieces.subarray(index * 20, index * 20 + 20);
  const fileIndex = layout.filesOfPiece(index)[0];
  if (fileIndex === undefined) return undefined;
  const at = (index - layout.filePieces(fileIndex).first) * MERKLE_HASH_LENGTH;
  return scheme.layers[fileIndex]?.subarray(at, at + MERKLE_HASH_LENGTH);
}
