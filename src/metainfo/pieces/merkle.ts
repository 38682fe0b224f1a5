import { BLOCK_LENGTH } from "../../base/index.ts";
import type { SyncHasher } from "../../base/index.ts";

/** Bytes of a SHA-256 digest, the node of a BEP 52 tree. */
export const MERKLE_HASH_LENGTH = 32;

/**
 * Returns the leaves of a tree (BEP 52): the SHA-256 of each 16 KiB block of `data`, end to end; the last block may be
 * shorter.
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
 * Returns the hash that stands for `2 ** height` leaves beyond the end of a file: zeros at height 0, hashed pairwise
 * above.
 */
export function padHash(height: number, hasher: SyncHasher): Uint8Array {
  let hash = new Uint8Array(MERKLE_HASH_LENGTH);
  for (let level = 0; level < height; level++) hash = parentLayer(hash, hash, hasher);
  return hash;
}

/** Returns the smallest power of two that is at least `count` (at least 1). */
export function treeWidth(count: number): number {
  let width = 1;
  while (width < count) width *= 2;
  return width;
}

/**
 * Returns the root over a layer of hashes, end to end, whose nodes stand `height` levels above the leaves; missing
 * nodes are filled up with {@link padHash}, to a power of two or to `width` nodes (a power of two). An empty layer has
 * the root of padding alone.
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
 * Leaves in the tree of each of a file's pieces (BEP 52): blocks in a piece, and for a file that fits one piece no more
 * than the next power of two of its blocks.
 */
export function pieceTreeWidth(pieceLength: number, fileLength: number): number {
  return treeWidth(Math.min(pieceLength, fileLength) / BLOCK_LENGTH);
}

/**
 * Returns the hash that a piece of a v2 file must have, from the piece's bytes: the root over its blocks, padded to
 * `pieceLength` when the file has more than one piece, and only to the next power of two of blocks when the file fits
 * one piece (then it is the file's root).
 */
export function pieceRoot(data: Uint8Array, hasher: SyncHasher, pieceLength: number, fileLength: number): Uint8Array {
  return merkleRoot(merkleLeaves(data, hasher), hasher, 0, pieceTreeWidth(pieceLength, fileLength));
}

/** Levels between the leaves and a layer with one hash a piece. */
export function pieceLayerHeight(pieceLength: number): number {
  return Math.log2(pieceLength / BLOCK_LENGTH);
}

/** Returns each pair of nodes hashed into one; a single last node is paired with `padding`. */
function parentLayer(nodes: Uint8Array, padding: Uint8Array, hasher: SyncHasher): Uint8Array<ArrayBuffer> {
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
