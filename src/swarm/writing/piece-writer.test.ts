import { describe, expect, it } from "vitest";
import { digest, makePlay, noise } from "../../../test/support/stage.ts";
import { Bitfield } from "../../base/index.ts";
import { simWorld } from "../../sim/index.ts";
import type { Storage } from "../../storage/index.ts";
import { OpenPiece } from "../download/open-piece.ts";
import { PieceWriter } from "./piece-writer.ts";

describe("PieceWriter.save", () => {
  it("writes the blocks as they were at the call, though the buffer is reused for another piece meanwhile", async () => {
    const { metainfo } = await makePlay({ "a.bin": 131_072 }, 131_072);
    const written: { readonly offset: number; readonly bytes: Uint8Array }[] = [];
    const data = noise(131_072);
    const before = data.slice();
    const storage = {
      write: async (offset: number, [bytes]: readonly Uint8Array[]) => {
        written.push({ offset, bytes: bytes?.slice() ?? new Uint8Array() });
        data.fill(0);
      },
    } as unknown as Storage;
    const { hasher } = simWorld({ digest }).host("10.0.0.1").runtime;
    const blocks = new Bitfield(8);
    for (const block of [0, 1, 4, 7]) blocks.set(block);
    await new PieceWriter(metainfo, storage, hasher).save(new OpenPiece(0, 131_072), data, blocks);
    expect(written.map(({ offset, bytes }) => [offset, bytes.length])).toEqual([
      [0, 32_768],
      [65_536, 16_384],
      [114_688, 16_384],
    ]);
    for (const { offset, bytes } of written)
      expect(Buffer.compare(bytes, before.subarray(offset, offset + bytes.length))).toBe(0);
  });
});
