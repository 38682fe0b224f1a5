import { describe, expect, it } from "vitest";
import { ASSEMBLY_BYTES, MIN_OPEN_PIECES } from "./limits.ts";
import { PieceBuffers } from "./piece-buffers.ts";

function counted(pieceLength: number): { buffers: PieceBuffers; allocated: () => number } {
  let allocated = 0;
  const allocate = (length: number): Uint8Array => {
    allocated++;
    return new Uint8Array(length);
  };
  return { buffers: new PieceBuffers({ allocate }, pieceLength), allocated: () => allocated };
}

describe("PieceBuffers", () => {
  it("has room for as many pieces as the budget holds, and for four of any length", () => {
    const { buffers } = counted(ASSEMBLY_BYTES / 8);
    for (let taken = 0; taken < 8; taken++) {
      expect(buffers.hasRoom).toBe(true);
      buffers.take(1);
    }
    expect(buffers.hasRoom).toBe(false);
    const { buffers: large } = counted(ASSEMBLY_BYTES);
    for (let taken = 0; taken < MIN_OPEN_PIECES; taken++) {
      expect(large.hasRoom).toBe(true);
      large.take(1);
    }
    expect(large.hasRoom).toBe(false);
  });

  it("uses memory again, the short last piece's too, until it is trimmed", () => {
    const { buffers, allocated } = counted(1_000);
    const last = buffers.take(10);
    expect(last).toHaveLength(10);
    buffers.release(last);
    const whole = buffers.take(1_000);
    expect(whole).toHaveLength(1_000);
    expect(whole.buffer).toBe(last.buffer);
    expect(allocated()).toBe(1);
    buffers.release(whole);
    buffers.trim();
    buffers.take(1_000);
    expect(allocated()).toBe(2);
  });
});
