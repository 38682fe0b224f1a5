import { BLOCK_LENGTH } from "../../base/index.ts";
import type { SyncHasher } from "../../base/index.ts";

/** The length in bytes of a SHA-256 digest, a node of a merkle tree (BEP 52). */
export const MERKLE_HASH_LENGTH = 32;

/**
 * Returns the leaves of a merkle tree (BEP 52): the SHA-256 of each 16 KiB block of `data`, without separators. The
 * last block may be shorter.
 */
export function merkleLeaves(data: Uint8Array, hasher: SyncHasher): Uint8Array {
  const count = Math.ceil(data.length / BLOCK_LENGTH);
  const out = new Uint8Array(count * MERKLE_HASH_LENGTH);
  for (let i = 0; i < count; i++) {
    out.set(
      hasher.digestSync("sha256", data.subarray(i * BLOCK_LENGTH, (i + 1) * BLOCK_LENGTH)),
      i * MERKLE_HASH_LENGTH,
    );
  }
  return out;
}

/**
 * Returns the hash of a subtree with `2 ** height` leaves that are all beyond the end of a file (BEP 52). At height 0
 * it is 32 zero bytes; each further level hashes two copies of the level below.
 */
export function padHash(height: number, hasher: SyncHasher): Uint8Array {
  let hash = new Uint8Array(MERKLE_HASH_LENGTH);
  for (let level = 0; level < height; level++) hash = parentLayer(hash, hash, hasher);
  return hash;
}

/** Returns the smallest power of two that is at least `count`; `count` is at least 1. */
export function treeWidth(count: number): number {
  let width = 1;
  while (width < count) width *= 2;
  return width;
}

/**
 * Returns the root of a merkle tree, given the nodes of one layer, which is `height` levels above the leaves. The layer
 * is filled with {@link padHash}es up to `width` nodes, a power of two (default: the next one). An empty layer is
 * filled in the same way.
 */
export function merkleRoot(
  layer: Uint8Array,
  hasher: SyncHasher,
  height = 0,
  width = treeWidth(layer.length / MERKLE_HASH_LENGTH),
): Uint8Array {
  let nodes = layer;
  let padding = padHash(height, hasher);
  if (nodes.length === 0) nodes = padding;
  for (let size = width; size > 1; size /= 2) {
    nodes = parentLayer(nodes, padding, hasher);
    padding = parentLayer(padding, padding, hasher);
  }
  return nodes.slice(0, MERKLE_HASH_LENGTH);
}

/**
 * Returns the number of leaves in the merkle tree of one piece (BEP 52): the number of blocks in a piece. For a file of
 * at most one piece it is the number of the file's blocks, rounded up to a power of two.
 */
export function pieceTreeWidth(pieceLength: number, fileLength: number): number {
  return treeWidth(Math.min(pieceLength, fileLength) / BLOCK_LENGTH);
}

/**
 * Returns the merkle root of a piece of a v2 file, given the piece's bytes. When the file has more than one piece, the
 * tree has a leaf for each block of `pieceLength` bytes. Otherwise it has the number of the file's blocks, rounded up
 * to a power of two, and its root is the file's pieces root.
 */
export function pieceRoot(data: Uint8Array, hasher: SyncHasher, pieceLength: number, fileLength: number): Uint8Array {
  return merkleRoot(merkleLeaves(data, hasher), hasher, 0, pieceTreeWidth(pieceLength, fileLength));
}

/** Returns the number of levels between the leaves and the piece layer, which has one hash for each piece. */
export function pieceLayerHeight(pieceLength: number): number {
  return Math.log2(pieceLength / BLOCK_LENGTH);
}

/**
 * Returns the next layer of a merkle tree: each pair of nodes hashed into one. A single last node is paired with
 * `padding`.
 */
export function parentLayer(nodes: Uint8Array, padding: Uint8Array, hasher: SyncHasher): Uint8Array<ArrayBuffer> {
  const pairLength = 2 * MERKLE_HASH_LENGTH;
  const count = Math.ceil(nodes.length / pairLength);
  const out = new Uint8Array(count * MERKLE_HASH_LENGTH);
  const pair = new Uint8Array(pairLength);
  for (let i = 0; i < count; i++) {
    const from = i * pairLength;
    pair.set(nodes.subarray(from, from + pairLength));
    if (from + pairLength > nodes.length) pair.set(padding, MERKLE_HASH_LENGTH);
    out.set(hasher.digestSync("sha256", pair), i * MERKLE_HASH_LENGTH);
  }
  return out;
}
