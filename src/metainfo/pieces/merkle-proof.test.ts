import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { digest } from "../../../test/support/stage.ts";
import { merkleRoot, MERKLE_HASH_LENGTH } from "./merkle.ts";
import {
  isInTree,
  isProved,
  proofLayersOf,
  TreeLayers,
  treeHeight,
  uncleCount,
  type TreeRange,
} from "./merkle-proof.ts";

const hasher = { digestSync: digest };

/** The nodes of the lowest known layer of a file of `blocks` blocks, which is `base` layers above the leaves. */
function tree(blocks: number, base: number) {
  const height = treeHeight(blocks * 16_384);
  const nodes = new Uint8Array(Math.ceil(blocks / 2 ** base) * MERKLE_HASH_LENGTH).map((_, at) => at * 31 + (at >> 5));
  const root = merkleRoot(nodes, hasher, base, 2 ** (height - base));
  return { height, nodes, root, layers: new TreeLayers(nodes, base, height, hasher) };
}

describe("a proof of a range of hashes (BEP 52)", () => {
  it("leads to the root for every range, and not when one byte differs", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 200 }),
        fc.nat(2),
        fc.nat(),
        fc.nat(),
        fc.nat(),
        (blocks, base, a, b, c) => {
          fc.pre(2 ** base < blocks);
          const { height, root, layers } = tree(blocks, base);
          const length = 2 ** (1 + (a % (height - base)));
          const index = (b % (2 ** (height - base) / length)) * length;
          const range: TreeRange = { baseLayer: base, index, length };
          expect(isInTree(range, height)).toBe(true);
          const proofLayers = proofLayersOf(range, height);
          const hashes = layers.hashes(range, proofLayers);
          expect(hashes.length).toBe((length + uncleCount(range, proofLayers)) * MERKLE_HASH_LENGTH);
          expect(isProved(range, hashes, root, hasher)).toBe(true);
          const at = c % hashes.length;
          hashes[at] = (hashes[at] ?? 0) ^ 1;
          expect(isProved(range, hashes, root, hasher)).toBe(false);
        },
      ),
    );
  });

  it("is refused when it ends before the root", () => {
    const { height, layers, root } = tree(16, 0);
    const range = { baseLayer: 0, index: 0, length: 2 };
    const full = layers.hashes(range, proofLayersOf(range, height));
    expect(isProved(range, full.subarray(0, -MERKLE_HASH_LENGTH), root, hasher)).toBe(false);
    const other = { ...range, index: 2 };
    expect(isProved(other, full, root, hasher)).toBe(false);
  });

  it.each([
    ["one hash", { baseLayer: 0, index: 0, length: 1 }],
    ["no power of two", { baseLayer: 0, index: 0, length: 3 }],
    ["an index that is no multiple of the length", { baseLayer: 0, index: 2, length: 4 }],
    ["hashes beyond the tree", { baseLayer: 0, index: 16, length: 4 }],
    ["more hashes than the layer has", { baseLayer: 2, index: 0, length: 8 }],
    ["the root", { baseLayer: 4, index: 0, length: 2 }],
  ])("is not asked for a range of %s", (_, range) => {
    expect(isInTree(range, 4)).toBe(false);
  });
});
