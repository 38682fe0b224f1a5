import { describe, expect, it } from "vitest";
import { digest } from "../../../test/support/stage.ts";
import { simWorld } from "../../sim/index.ts";
import { Evidence } from "./evidence.ts";
import { OpenPiece } from "./open-piece.ts";

const LENGTH = 3 * 16_384 + 100;
const [a, b] = [{ name: "a" }, { name: "b" }];

function arrive(piece: OpenPiece, block: number, source: object): void {
  expect(piece.beginArrival(block)).toBe(true);
  piece.endArrival(block, source, 0);
}

describe("OpenPiece", () => {
  it("has blocks of 16 KiB, the last one shorter, and no others", () => {
    const piece = new OpenPiece(0, LENGTH);
    expect([piece.blockCount, piece.blockLength(0), piece.blockLength(3)]).toEqual([4, 16_384, 100]);
    expect([piece.blockAt(16_384, 16_384), piece.blockAt(49_152, 100)]).toEqual([1, 3]);
    for (const [begin, length] of [
      [1, 16_384],
      [49_152, 16_384],
      [65_536, 100],
      [0, 100],
    ] as const)
      expect(piece.blockAt(begin, length)).toBeUndefined();
  });

  it("returns each block once, and again when it was released", () => {
    const piece = new OpenPiece(0, LENGTH);
    expect([1, 2, 3, 4, 5].map(() => piece.requestNext(a))).toEqual([0, 1, 2, 3, undefined]);
    piece.release(2);
    piece.release(2);
    expect([piece.freeCount, piece.requestNext(b), piece.requestNext(b)]).toEqual([1, 2, undefined]);
  });

  it("keeps a block requested from two sources until both requests are released", () => {
    const piece = new OpenPiece(0, LENGTH);
    piece.requestNext(a);
    piece.requestAgain(0);
    piece.release(0);
    expect([piece.freeCount, piece.isPending(0)]).toEqual([3, true]);
    piece.release(0);
    expect([piece.freeCount, piece.isPending(0)]).toEqual([4, false]);
  });

  it("accepts a block from one source at a time", () => {
    const piece = new OpenPiece(0, LENGTH);
    piece.requestNext(a);
    expect([piece.beginArrival(0), piece.beginArrival(0)]).toEqual([true, false]);
    piece.abandonArrival(0);
    arrive(piece, 0, b);
    expect([piece.beginArrival(0), piece.source(0), piece.arriving]).toEqual([false, b, 0]);
  });

  it("admits one source after it failed", () => {
    const piece = new OpenPiece(0, LENGTH);
    for (let block = 0; block < 4; block++) {
      piece.requestNext(a);
      arrive(piece, block, a);
    }
    expect(piece.isComplete).toBe(true);
    piece.distrust();
    expect([piece.freeCount, piece.isComplete, piece.sources().size]).toEqual([4, false, 0]);
    piece.requestNext(b);
    expect([piece.admits(a), piece.admits(b)]).toEqual([false, true]);
  });

  it("drops a block that arrives after a restart", () => {
    const piece = new OpenPiece(0, LENGTH);
    piece.requestNext(a);
    piece.beginArrival(0);
    piece.restart();
    piece.endArrival(0, a, 0);
    expect([piece.arriving, piece.freeCount, piece.present.count]).toEqual([0, 4, 0]);
    expect([0, 1, 2, 3, 4].map(() => piece.requestNext(b))).toEqual([0, 1, 2, 3, undefined]);
  });

  it("can be unloaded only when all blocks are on disk and none is arriving", () => {
    const piece = new OpenPiece(0, LENGTH);
    piece.data = new Uint8Array(LENGTH);
    arrive(piece, 1, a);
    expect(piece.canUnload).toBe(false);
    piece.saved.set(1);
    expect(piece.canUnload).toBe(true);
    piece.beginArrival(2);
    expect(piece.canUnload).toBe(false);
  });
});

describe("Evidence", () => {
  const { hasher } = simWorld({ digest }).host("10.0.0.1").runtime;
  const good = new Uint8Array(LENGTH).fill(1);

  function fetched(sources: readonly (object | undefined)[]): OpenPiece {
    const piece = new OpenPiece(5, LENGTH);
    sources.forEach((source, block) => (source === undefined ? piece.restore(block) : arrive(piece, block, source)));
    return piece;
  }

  it("returns the only source at once", () => {
    expect(new Evidence(hasher).failed(fetched([a, a, a, a]), good)).toBe(a);
  });

  it("returns no source when a block is from disk, which may be the bad one", () => {
    expect(new Evidence(hasher).failed(fetched([a, undefined, a, a]), good)).toBeUndefined();
  });

  it("returns, of several, the sources of different blocks when the piece is valid", () => {
    const evidence = new Evidence(hasher);
    const bad = good.slice();
    bad[16_384] = 9;
    expect(evidence.failed(fetched([a, b, a, a]), bad)).toBeUndefined();
    expect(evidence.passed(fetched([a, a, a, a]), good)).toEqual(new Set([b]));
    expect(evidence.passed(fetched([a, a, a, a]), good)).toEqual(new Set());
  });
});
