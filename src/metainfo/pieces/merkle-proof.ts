import { BLOCK_LENGTH, equalBytes } from "../../base/index.ts";
import type { SyncHasher } from "../../base/index.ts";
import { merkleRoot, MERKLE_HASH_LENGTH, padHash, parentLayer, treeWidth } from "./merkle.ts";

/** A range of hashes in one layer of a file's merkle tree (BEP 52). */
export interface TreeRange {
  /** The number of layers between the leaves and the layer of the range. */
  readonly baseLayer: number;
  /** The index of the first hash in the layer: a multiple of `length`. */
  readonly index: number;
  /** The number of hashes: a power of two. */
  readonly length: number;
}

/** Returns the number of layers above the leaves of a file's merkle tree; `fileLength` is in bytes, at least 1. */
export function treeHeight(fileLength: number): number {
  return Math.log2(treeWidth(Math.ceil(fileLength / BLOCK_LENGTH)));
}

/**
 * Returns the value of `proof layers` for a request whose reply proves the range against the root of a tree of this
 * height: all layers above the range, except the root. The hashes beside the way to the root are one for each layer
 * above the range.
 */
export function proofLayersOf({ baseLayer }: Pick<TreeRange, "baseLayer">, height: number): number {
  return height - baseLayer - 1;
}

/** Returns the number of hashes that follow those of a range in a reply: the lowest layers are inside the range. */
export function uncleCount({ length }: Pick<TreeRange, "length">, proofLayers: number): number {
  return Math.max(0, proofLayers - Math.log2(length) + 1);
}

/** Whether a range lies within a tree of this height. */
export function isInTree({ baseLayer, index, length }: TreeRange, height: number): boolean {
  return (
    baseLayer < height &&
    length >= 2 &&
    Number.isInteger(Math.log2(length)) &&
    index % length === 0 &&
    index + length <= 2 ** (height - baseLayer)
  );
}

/**
 * Whether the hashes of a range, followed by those beside its way to the root, lead to `root`. They have 32 bytes each.
 */
export function isProved(range: TreeRange, hashes: Uint8Array, root: Uint8Array, hasher: SyncHasher): boolean {
  const own = range.length * MERKLE_HASH_LENGTH;
  let node: Uint8Array = merkleRoot(hashes.subarray(0, own), hasher);
  let position = range.index / range.length;
  for (let at = own; at < hashes.length; at += MERKLE_HASH_LENGTH) {
    const uncle = hashes.subarray(at, at + MERKLE_HASH_LENGTH);
    const pair = new Uint8Array(2 * MERKLE_HASH_LENGTH);
    pair.set(position % 2 === 0 ? node : uncle);
    pair.set(position % 2 === 0 ? uncle : node, MERKLE_HASH_LENGTH);
    node = hasher.digestSync("sha256", pair);
    position = Math.floor(position / 2);
  }
  return position === 0 && equalBytes(node, root);
}

/**
 * The layers of a merkle tree from one layer up to the root, computed from the nodes of that layer. It needs 64 bytes
 * for each node.
 */
export class TreeLayers {
  /** The number of layers between the leaves and the lowest layer that is known. */
  readonly base: number;
  readonly #height: number;
  readonly #layers: Uint8Array[];
  /** The hashes of nodes beyond the end of the file, for each layer. */
  readonly #padding: Uint8Array[];

  /** `nodes` are those of the layer `base`, without the ones beyond the end of the file. */
  constructor(nodes: Uint8Array, base: number, height: number, hasher: SyncHasher) {
    this.base = base;
    this.#height = height;
    this.#layers = [nodes];
    this.#padding = [padHash(base, hasher)];
    for (let layer = base; layer < height; layer++) {
      const [below = nodes, padding = nodes] = [this.#layers.at(-1), this.#padding.at(-1)];
      this.#layers.push(parentLayer(below, padding, hasher));
      this.#padding.push(parentLayer(padding, padding, hasher));
    }
  }

  /**
   * Returns the hashes of a range, followed by those beside its way up through `proofLayers` layers. The range must lie
   * in the tree, and its layer must be known.
   */
  hashes({ baseLayer, index, length }: TreeRange, proofLayers: number): Uint8Array {
    const uncles = uncleCount({ length }, proofLayers);
    const out = new Uint8Array((length + uncles) * MERKLE_HASH_LENGTH);
    for (let at = 0; at < length; at++) out.set(this.#node(baseLayer, index + at), at * MERKLE_HASH_LENGTH);
    out.set(this.uncles(baseLayer + Math.log2(length), index / length, uncles), length * MERKLE_HASH_LENGTH);
    return out;
  }

  /**
   * Returns the hashes beside the way from a node to the root, the first `count` of them: that of its neighbour, then
   * of its parent's, and so on. `layer` counts from the leaves.
   */
  uncles(layer: number, index: number, count: number): Uint8Array {
    const out = new Uint8Array(count * MERKLE_HASH_LENGTH);
    for (let at = 0; at < count && layer + at < this.#height; at++) {
      const position = Math.floor(index / 2 ** at);
      const neighbour = position % 2 === 0 ? position + 1 : position - 1;
      out.set(this.#node(layer + at, neighbour), at * MERKLE_HASH_LENGTH);
    }
    return out;
  }

  #node(layer: number, index: number): Uint8Array {
    const nodes = this.#layers[layer - this.base];
    const at = index * MERKLE_HASH_LENGTH;
    const node =
      nodes === undefined || at >= nodes.length ? this.#padding[layer - this.base] : nodes.subarray(at, at + 32);
    return node ?? new Uint8Array(MERKLE_HASH_LENGTH);
  }
}
