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
 * The root of each piece's own merkle tree (BEP 52), by file: 32 bytes a piece, end to end. For a file that fits one
 * piece this is its pieces root. A file of several pieces whose layer is not known yet (a magnet link brings none) has
 * `undefined`.
 */
export interface HashesV2 {
  readonly kind: "v2";
  readonly layers: readonly (Uint8Array | undefined)[];
}

/** The hashes by which a torrent's pieces are checked. */
export type HashScheme = HashesV1 | HashesV2;

/** Bytes of one piece's digest. */
export function digestLength(scheme: HashScheme): 20 | 32 {
  return scheme.kind === "v1" ? 20 : 32;
}

/**
 * Returns the v2 hashes of each file, each layer checked against its root. `pieceLayers` is the torrent's `piece
 * layers`; `undefined` when only the info dictionary is known. Throws `metainfo.layers` when a layer is missing, of a
 * wrong length, or does not lead to its root.
 */
export function readLayers(
  files: readonly Pick<LayoutFile, "length" | "piecesRoot">[],
  pieceLength: number,
  pieceLayers: BDict | undefined,
  hasher: SyncHasher,
): HashesV2 {
  const height = pieceLayerHeight(pieceLength);
  const checked = new Map<string, Uint8Array>();
  const layers = files.map(({ length, piecesRoot }) => {
    if (piecesRoot === undefined || length <= pieceLength) return piecesRoot;
    if (pieceLayers === undefined) return undefined;
    const key = keyFromBytes(piecesRoot);
    const layer = checked.get(key) ?? asBytes(pieceLayers.get(key));
    const root = toHex(piecesRoot);
    if (layer === undefined) throw invalid("layers", `the piece layer of ${root} is missing`, { root });
    if (layer.length !== Math.ceil(length / pieceLength) * MERKLE_HASH_LENGTH) {
      throw invalid("layers", `the piece layer of ${root} has ${layer.length} bytes for a file of ${length}`, { root });
    }
    if (!checked.has(key)) {
      if (!equalBytes(merkleRoot(layer, hasher, height), piecesRoot))
        throw invalid("layers", `the piece layer of ${root} does not lead to it`, { root });
      checked.set(key, layer);
    }
    return layer;
  });
  return { kind: "v2", layers };
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
