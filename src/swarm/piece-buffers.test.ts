import { describe, expect, it } from "vitest";
import { BLOCK_LENGTH } from "../base/index.ts";
import { ASSEMBLY_BYTES, MIN_OPEN_PIECES } from "./limits.ts";
import { OpenPiece } from "./open-piece.ts";
import { PieceBuffers } from "./piece-buffers.ts";

const somebody = {};

function counted(pieceLength: number): { buffers: PieceBuffers; allocated: () => number } {
  let allocated = 0;
  const allocate = (length: number): Uint8Array => {
    allocated++;
    return new Uint8Array(length);
  };
  return { buffers: new PieceBuffers({ allocate }, pieceLength), allocated: () => allocated };
}

/** Pieces of which one block is asked for, as many as there is memory for. */
function fill(buffers: PieceBuffers, pieceLength: number): OpenPiece[] {
  const out: OpenPiece[] = [];
  for (;;) {
    const piece = new OpenPiece(out.length, pieceLength);
    if (!buffers.hold(piece)) return out;
    piece.requestNext(somebody);
    out.push(piece);
  }
}

describe("PieceBuffers.hold", () => {
  it.each([
    [ASSEMBLY_BYTES / 8, 8],
    [ASSEMBLY_BYTES, MIN_OPEN_PIECES],
  ])("promises memory for pieces of %i bytes to %i, before any of it is used", (pieceLength, count) => {
    const { buffers, allocated } = counted(pieceLength);
    expect(fill(buffers, pieceLength)).toHaveLength(count);
    expect(allocated()).toBe(0);
    expect(buffers.wasRefused).toBe(true);
    expect(buffers.blockCount).toBe(count * (pieceLength / BLOCK_LENGTH));
  });

  it("goes on holding what it held, when there is no more", () => {
    const { buffers } = counted(ASSEMBLY_BYTES);
    const [first] = fill(buffers, ASSEMBLY_BYTES);
    expect(first !== undefined && buffers.hold(first)).toBe(true);
  });

  it("takes the memory of a piece that is on disk as far as it is there, but not of one that is asked for", () => {
    const { buffers } = counted(ASSEMBLY_BYTES);
    const pieces = fill(buffers, ASSEMBLY_BYTES);
    const other = new OpenPiece(99, ASSEMBLY_BYTES);
    expect(buffers.hold(other)).toBe(false);
    const [saved] = pieces;
    if (saved === undefined) throw new Error("no piece");
    buffers.memoryOf(saved);
    saved.beginArrival(0);
    saved.endArrival(0, somebody, 0);
    expect(buffers.hold(other)).toBe(false);
    saved.saved.set(0);
    expect(buffers.hold(other)).toBe(true);
    expect(saved.data).toBeUndefined();
  });
});

describe("PieceBuffers.memoryOf", () => {
  it("uses memory again, the short last piece's too, until it is trimmed", () => {
    const { buffers, allocated } = counted(1_000);
    const last = new OpenPiece(1, 10);
    const { buffer } = buffers.memoryOf(last);
    expect(last.data).toHaveLength(10);
    buffers.release(last);
    const whole = new OpenPiece(0, 1_000);
    expect(buffers.memoryOf(whole)).toHaveLength(1_000);
    expect(whole.data?.buffer).toBe(buffer);
    expect(allocated()).toBe(1);
    buffers.release(whole);
    buffers.trim();
    buffers.memoryOf(whole);
    expect(allocated()).toBe(2);
  });

  it("gives the same memory for the same piece", () => {
    const { buffers } = counted(1_000);
    const piece = new OpenPiece(0, 1_000);
    expect(buffers.memoryOf(piece)).toBe(buffers.memoryOf(piece));
  });
});
