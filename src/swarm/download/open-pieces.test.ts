import { describe, expect, it } from "vitest";
import { OpenPieces } from "./open-pieces.ts";

const BLOCK = 16_384;
const source = {};

function unfilled(open: OpenPieces): number[] {
  return [...open.unfilled()].map(({ index }) => index);
}

describe("OpenPieces.unfilled", () => {
  it("yields the oldest first, and leaves out pieces without free blocks", () => {
    const open = new OpenPieces();
    const first = open.begin(7, 2 * BLOCK, 0);
    open.begin(3, BLOCK, 0);
    first.requestNext(source);
    expect(unfilled(open)).toEqual([7, 3]);
    first.requestNext(source);
    expect(unfilled(open)).toEqual([3]);
  });

  it("yields a piece again when a request is released, a block is abandoned or the piece is distrusted", () => {
    const open = new OpenPieces();
    const piece = open.begin(1, BLOCK, 0);
    piece.requestNext(source);
    expect(unfilled(open)).toEqual([]);
    piece.release(0);
    expect(unfilled(open)).toEqual([1]);
    piece.requestNext(source);
    expect(unfilled(open)).toEqual([]);
    piece.beginArrival(0);
    piece.release(0);
    piece.abandonArrival(0);
    expect(unfilled(open)).toEqual([1]);
    piece.requestNext(source);
    piece.beginArrival(0);
    piece.endArrival(0, source, 0);
    expect(unfilled(open)).toEqual([]);
    piece.distrust();
    expect(unfilled(open)).toEqual([1]);
  });

  it("leaves out a piece that is closed, even when it frees blocks afterwards", () => {
    const open = new OpenPieces();
    const piece = open.begin(1, BLOCK, 0);
    piece.requestNext(source);
    open.close(piece);
    piece.release(0);
    expect(unfilled(open)).toEqual([]);
    expect(open.size).toBe(0);
  });
});
