import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cryptoHasher, merkle } from "../../../test/support/memory-source.ts";
import { merkleLeaves, merkleRoot, padHash, pieceLayerHeight, pieceRoot, treeWidth } from "./merkle.ts";

const block = 16_384;

function data(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
}

describe("merkleRoot", () => {
  it.each([1, block - 1, block, block + 1, 3 * block, 4 * block, 5 * block + 77])(
    "of a file of %i bytes is the tree computed plainly",
    (length) => {
      const bytes = data(length);
      expect(merkleRoot(merkleLeaves(bytes, cryptoHasher), cryptoHasher)).toEqual(
        merkle(bytes, treeWidth(Math.ceil(length / block))),
      );
    },
  );

  it("from a piece layer is the root from the leaves", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 2 }), (blocks, height) => {
        const bytes = data(blocks * block - 5);
        const pieceLength = block * 2 ** height;
        fc.pre(bytes.length > pieceLength);
        const layer = Buffer.concat(
          Array.from({ length: Math.ceil(bytes.length / pieceLength) }, (_, i) =>
            pieceRoot(bytes.subarray(i * pieceLength, (i + 1) * pieceLength), cryptoHasher, pieceLength, bytes.length),
          ),
        );
        expect(pieceLayerHeight(pieceLength)).toBe(height);
        expect(merkleRoot(layer, cryptoHasher, height)).toEqual(
          merkleRoot(merkleLeaves(bytes, cryptoHasher), cryptoHasher),
        );
      }),
      { numRuns: 30 },
    );
  });
});

describe("padHash", () => {
  it("is zeros at the leaves and the hash of two of those below above", () => {
    expect(padHash(0, cryptoHasher)).toEqual(new Uint8Array(32));
    expect(padHash(1, cryptoHasher)).toEqual(cryptoHasher.digestSync("sha256", new Uint8Array(64)));
  });
});

describe("pieceRoot", () => {
  it("of a file that fits one piece is the file's own root, not padded to the piece", () => {
    expect(pieceRoot(data(100), cryptoHasher, 4 * block, 100)).toEqual(cryptoHasher.digestSync("sha256", data(100)));
    expect(pieceRoot(data(100), cryptoHasher, 4 * block, 4 * block + 100)).toEqual(merkle(data(100), 4));
  });
});
