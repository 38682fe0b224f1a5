import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concatBytes, writeUint32 } from "../../base/index.ts";
import { encodeHandshake, encodeKeepAlive, encodePiece, encodeRequest } from "../../wire/index.ts";
import { MAX_KEPT_GARBAGE, MAX_NOTED_FRAME } from "../limits.ts";
import { FrameReader, type Part } from "./frames.ts";

const handshake = encodeHandshake({ infoHash: new Uint8Array(20).fill(1), peerId: new Uint8Array(20).fill(2) });

/** Gives the reader the bytes in these chunks, each in memory that is overwritten afterwards. */
function read(reader: FrameReader, bytes: Uint8Array, sizes: readonly number[]): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const size of [...sizes, bytes.length]) {
    const chunk = bytes.slice(at, at + size);
    at += chunk.length;
    parts.push(...reader.push(chunk));
    chunk.fill(0xee);
  }
  return parts;
}

function prefix(length: number): Uint8Array {
  const out = new Uint8Array(4);
  writeUint32(out, 0, length);
  return out;
}

describe("FrameReader", () => {
  it("cuts a stream into the same parts for any chunks", () => {
    const messages = [
      encodeRequest(1, 2, 3),
      encodeKeepAlive(),
      encodePiece(4, 5, new Uint8Array(100).fill(6)),
      encodeRequest(7, 8, 9),
    ];
    const stream = concatBytes([handshake, ...messages]);
    fc.assert(
      fc.property(fc.array(fc.nat(40), { maxLength: 60 }), (sizes) => {
        const [first, ...rest] = read(new FrameReader(), stream, sizes);
        expect(first).toMatchObject({ kind: "handshake", size: 68 });
        expect(rest).toEqual(
          messages.map((message) => ({ kind: "frame", frame: message.slice(4), size: message.length })),
        );
      }),
    );
  });

  it("keeps earlier bytes when the length prefix is split", () => {
    const message = encodeRequest(1, 2, 3);
    const parts = read(new FrameReader(), concatBytes([handshake, message]), [68, 2, 3, 4]);
    expect(parts.slice(1)).toEqual([{ kind: "frame", frame: message.slice(4), size: 17 }]);
  });

  it("accepts the longest message of the limit, and stops at a longer one", () => {
    const longest = concatBytes([prefix(MAX_NOTED_FRAME), new Uint8Array(MAX_NOTED_FRAME)]);
    const frames = read(new FrameReader(), concatBytes([handshake, longest]), [68, 100_000, 900_000]).slice(1);
    expect(frames.map(({ kind, size }) => [kind, size])).toEqual([["frame", MAX_NOTED_FRAME + 4]]);
    const reader = new FrameReader();
    const [, lost] = read(reader, concatBytes([handshake, prefix(MAX_NOTED_FRAME + 1), new Uint8Array(5)]), []);
    expect(lost).toMatchObject({ kind: "garbage", size: 9 });
    expect(reader.push(encodeRequest(1, 2, 3))).toMatchObject([{ kind: "garbage", size: 17 }]);
  });

  it("reports another protocol than BitTorrent at once, and keeps few of its bytes", () => {
    const parts = new FrameReader().push(new Uint8Array(10_000).fill(7));
    expect(parts).toMatchObject([{ kind: "garbage", size: 10_000 }]);
    const [part] = parts;
    expect(part?.kind === "garbage" && part.bytes).toHaveLength(MAX_KEPT_GARBAGE);
  });

  it("reports that it is in the middle of a part", () => {
    const reader = new FrameReader();
    expect(reader.isMidMessage).toBe(false);
    reader.push(handshake.slice(0, 30));
    expect(reader.isMidMessage).toBe(true);
    reader.push(handshake.slice(30));
    expect(reader.isMidMessage).toBe(false);
    reader.push(prefix(5));
    expect(reader.isMidMessage).toBe(true);
    reader.push(new Uint8Array(5));
    expect(reader.isMidMessage).toBe(false);
  });
});
