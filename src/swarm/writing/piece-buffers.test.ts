import { describe, expect, it } from "vitest";
import { BLOCK_LENGTH } from "../../base/index.ts";
import { AssemblyBudget } from "../metadata/assembly-budget.ts";
import { ASSEMBLY_BYTES, MAX_SURE_PIECE_BYTES, TOTAL_ASSEMBLY_BYTES, UNLOAD_AFTER_MS } from "../limits.ts";
import { OpenPiece } from "../download/open-piece.ts";
import { PieceBuffers } from "./piece-buffers.ts";

const source = {};

function counted(
  pieceLength: number,
  budget = new AssemblyBudget(),
): { buffers: PieceBuffers; allocated: () => number } {
  let allocated = 0;
  const allocate = (length: number): Uint8Array => {
    allocated++;
    return new Uint8Array(length);
  };
  return { buffers: new PieceBuffers({ allocate }, pieceLength, budget), allocated: () => allocated };
}

/** Pieces with one requested block each, as many as there is memory for. */
function fill(buffers: PieceBuffers, pieceLength: number): OpenPiece[] {
  const out: OpenPiece[] = [];
  for (;;) {
    const piece = new OpenPiece(out.length, pieceLength);
    if (!buffers.hold(piece)) return out;
    piece.requestNext(source);
    out.push(piece);
  }
}

describe("PieceBuffers.hold", () => {
  it.each([
    [ASSEMBLY_BYTES / 8, 8],
    [ASSEMBLY_BYTES, 1],
    [8 * ASSEMBLY_BYTES, 1],
  ])("reserves memory for pieces of %i bytes for up to %i pieces, before any is used", (pieceLength, count) => {
    const { buffers, allocated } = counted(pieceLength);
    expect(fill(buffers, pieceLength)).toHaveLength(count);
    expect(allocated()).toBe(0);
    expect(buffers.wasRefused).toBe(true);
    expect(buffers.blockCount).toBe(count * (pieceLength / BLOCK_LENGTH));
  });

  it("keeps its reservations when there is no more memory", () => {
    const { buffers } = counted(ASSEMBLY_BYTES);
    const [first] = fill(buffers, ASSEMBLY_BYTES);
    expect(first !== undefined && buffers.hold(first)).toBe(true);
  });

  it("takes the memory of a piece whose blocks are on disk, but not of one with requests", () => {
    const { buffers } = counted(ASSEMBLY_BYTES);
    const pieces = fill(buffers, ASSEMBLY_BYTES);
    const other = new OpenPiece(99, ASSEMBLY_BYTES);
    expect(buffers.hold(other)).toBe(false);
    const [saved] = pieces;
    if (saved === undefined) throw new Error("no piece");
    buffers.memoryOf(saved);
    saved.beginArrival(0);
    saved.endArrival(0, source, 0);
    expect(buffers.hold(other)).toBe(false);
    saved.saved.set(0);
    expect(buffers.hold(other)).toBe(true);
    expect(saved.data).toBeUndefined();
  });
});

describe("PieceBuffers.memoryOf", () => {
  it("reuses memory, also of the short last piece, until it is trimmed", () => {
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

  it("returns the same memory for the same piece", () => {
    const { buffers } = counted(1_000);
    const piece = new OpenPiece(0, 1_000);
    expect(buffers.memoryOf(piece)).toBe(buffers.memoryOf(piece));
  });
});

describe("AssemblyBudget", () => {
  it("bounds the memory of all torrents together, and allows each a piece that is not too long", () => {
    const budget = new AssemblyBudget();
    const length = MAX_SURE_PIECE_BYTES / 2;
    const torrents = Array.from({ length: 20 }, () => counted(length, budget).buffers);
    const held = torrents.map((buffers) => fill(buffers, length).length);
    const room = TOTAL_ASSEMBLY_BYTES / ASSEMBLY_BYTES;
    expect(held).toEqual(torrents.map((_, n) => (n < room ? ASSEMBLY_BYTES / length : 1)));
    for (const buffers of torrents) buffers.close();
    expect(budget.bytes).toBe(0);
  });

  it("allows torrents with very long pieces one piece after the other", () => {
    const budget = new AssemblyBudget();
    const [first, second] = [
      counted(TOTAL_ASSEMBLY_BYTES, budget).buffers,
      counted(TOTAL_ASSEMBLY_BYTES, budget).buffers,
    ];
    expect(fill(first, TOTAL_ASSEMBLY_BYTES)).toHaveLength(1);
    expect(fill(second, TOTAL_ASSEMBLY_BYTES)).toHaveLength(0);
    first.close();
    expect(fill(second, TOTAL_ASSEMBLY_BYTES)).toHaveLength(1);
  });

  it("counts spare buffers of torrents, and frees them when memory is short", () => {
    const budget = new AssemblyBudget();
    const length = MAX_SURE_PIECE_BYTES;
    const torrents = Array.from(
      { length: TOTAL_ASSEMBLY_BYTES / ASSEMBLY_BYTES },
      () => counted(length, budget).buffers,
    );
    const held = torrents.map((buffers) => fill(buffers, length));
    for (const [n, buffers] of torrents.entries()) for (const piece of held[n] ?? []) buffers.memoryOf(piece);
    const [first] = torrents;
    for (const piece of held[0] ?? []) first?.release(piece);
    expect(budget.bytes).toBe(TOTAL_ASSEMBLY_BYTES);
    const other = counted(2 * length, budget).buffers;
    expect(fill(other, 2 * length)).toHaveLength(0);
    first?.tick(0);
    expect(fill(other, 2 * length)).toHaveLength(2);
    expect(budget.bytes).toBe(TOTAL_ASSEMBLY_BYTES);
  });
});

describe("PieceBuffers.tick", () => {
  it("takes the memory of a waiting piece whose blocks are on disk, after a while", () => {
    const budget = new AssemblyBudget();
    const { buffers } = counted(100_000, budget);
    const [waiting, asked] = [new OpenPiece(0, 100_000), new OpenPiece(1, 100_000)];
    for (const piece of [waiting, asked]) {
      buffers.hold(piece);
      buffers.memoryOf(piece);
      piece.beginArrival(0);
      piece.endArrival(0, source, 1_000);
      piece.saved.set(0);
    }
    asked.requestNext(source);
    buffers.tick(UNLOAD_AFTER_MS);
    expect(waiting.data).toBeDefined();
    buffers.tick(UNLOAD_AFTER_MS + 1_000);
    expect([waiting.data, asked.data === undefined]).toEqual([undefined, false]);
    buffers.close();
    expect(budget.bytes).toBe(0);
  });
});
