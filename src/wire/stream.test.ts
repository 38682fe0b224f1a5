import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyCuts, anyMessage, chunked } from "../../fuzz/wire-arbitrary.ts";
import { PeerError, UsageError, concatBytes } from "../base/index.ts";
import {
  encodeBitfield,
  encodeExtended,
  encodeHave,
  encodeKeepAlive,
  encodePiece,
  encodeRaw,
  encodeUnchoke,
} from "./builders.ts";
import { encodeMessages } from "./encode.ts";
import { MAX_BLOCK_LENGTH, MAX_FRAME_LENGTH } from "./limits.ts";
import type { Message } from "./message.ts";
import { MessageDecoder } from "./stream.ts";
import type { MessageSink } from "./stream.ts";

/** Collects everything, blocks as `piece` messages. */
class Collector implements MessageSink {
  readonly messages: Message[] = [];
  readonly started: number[] = [];
  readonly ended: [length: number, stored: boolean][] = [];
  discard = false;
  view: Uint8Array | undefined;

  onMessage(message: Message): void {
    this.messages.push(message);
  }

  onBlockStart(piece: number, _begin: number, length: number): Uint8Array | undefined {
    this.started.push(piece);
    this.view = this.discard ? undefined : new Uint8Array(length);
    return this.view;
  }

  onBlockEnd(piece: number, begin: number, length: number, stored: boolean): void {
    this.ended.push([length, stored]);
    if (this.view !== undefined) this.messages.push({ type: "piece", piece, begin, block: this.view });
  }
}

const codeOf = (run: () => void): unknown => {
  try {
    run();
  } catch (error) {
    return error instanceof PeerError ? error.code : error;
  }
  return undefined;
};

describe("MessageDecoder", () => {
  it("decodes the encoded messages in any chunks", () => {
    fc.assert(
      fc.property(fc.array(anyMessage, { maxLength: 12 }), anyCuts, (messages, cuts) => {
        const sink = new Collector();
        const decoder = new MessageDecoder(sink);
        for (const chunk of chunked(encodeMessages(messages), cuts)) decoder.push(chunk);
        expect(sink.messages).toEqual(messages);
        expect(decoder.isMidMessage).toBe(false);
      }),
    );
  });

  it("stops after a message when the sink suspends it, and continues with the rest", () => {
    fc.assert(
      fc.property(fc.array(anyMessage, { maxLength: 12 }), anyCuts, (messages, cuts) => {
        const sink = new Collector();
        const decoder: MessageDecoder = new MessageDecoder({
          onMessage: (message) => {
            sink.onMessage(message);
            decoder.suspend();
          },
          onBlockStart: (piece, begin, length) => sink.onBlockStart(piece, begin, length),
          onBlockEnd: (piece, begin, length, stored) => sink.onBlockEnd(piece, begin, length, stored),
        });
        for (const chunk of chunked(encodeMessages(messages), cuts)) {
          for (let at = 0; at < chunk.length;) {
            const before = sink.messages.filter(({ type }) => type !== "piece").length;
            at += decoder.push(chunk.subarray(at));
            expect(sink.messages.filter(({ type }) => type !== "piece").length - before).toBeLessThanOrEqual(1);
          }
        }
        expect(sink.messages).toEqual(messages);
        expect(decoder.heldBytes).toBe(0);
      }),
    );
  });

  it("does not keep the memory of the chunk", () => {
    const sink = new Collector();
    const decoder = new MessageDecoder(sink);
    const messages: Message[] = [
      { type: "bitfield", bits: Uint8Array.of(1, 2, 3) },
      { type: "extended", id: 1, payload: Uint8Array.of(4, 5) },
      { type: "piece", piece: 0, begin: 0, block: Uint8Array.of(6, 7, 8) },
      { type: "unknown", id: 77, payload: Uint8Array.of(9) },
    ];
    const buffer = Buffer.alloc(7);
    for (const chunk of chunked(encodeMessages(messages), [7])) {
      buffer.set(chunk);
      decoder.push(buffer.subarray(0, chunk.length));
      buffer.fill(0xff);
    }
    expect(sink.messages).toEqual(messages);
  });

  it("returns the same result for random bytes in any chunks as for the whole stream, error or not", () => {
    const frame = fc.tuple(fc.nat({ max: 22 }), fc.nat({ max: 20 }), fc.uint8Array({ maxLength: 24 }));
    const garbage = fc
      .array(frame, { maxLength: 6 })
      .map((frames) =>
        concatBytes(
          frames.map(([id, length, rest]) =>
            concatBytes([Uint8Array.of(0, 0, 0, length, id), rest.subarray(0, Math.max(0, length - 1))]),
          ),
        ),
      );
    fc.assert(
      fc.property(garbage, anyCuts, (bytes, cuts) => {
        const run = (chunks: readonly Uint8Array[]): unknown => {
          const sink = new Collector();
          const decoder = new MessageDecoder(sink, { pieceCount: 20 });
          const error = codeOf(() => chunks.forEach((chunk) => decoder.push(chunk)));
          return { messages: sink.messages, error, mid: decoder.isMidMessage };
        };
        expect(run(chunked(bytes, cuts))).toEqual(run([bytes]));
      }),
    );
  });

  it("copies a block directly into the sink's view, part by part", () => {
    const piece = new Uint8Array(32);
    const ended: boolean[] = [];
    const decoder = new MessageDecoder({
      onMessage: () => undefined,
      onBlockStart: (_, begin, length) => piece.subarray(begin, begin + length),
      onBlockEnd: (_piece, _begin, _length, stored) => ended.push(stored),
    });
    const message = encodePiece(
      3,
      8,
      Uint8Array.from({ length: 16 }, (_, i) => i + 1),
    );
    decoder.push(message.subarray(0, 20));
    expect([...piece.subarray(8, 16)]).toEqual([1, 2, 3, 4, 5, 6, 7, 0]);
    expect(ended).toEqual([]);
    decoder.push(message.subarray(20));
    expect(piece[23]).toBe(16);
    expect(piece[24]).toBe(0);
    expect(ended).toEqual([true]);
  });

  it("discards a block that the sink does not want, and continues after it", () => {
    const sink = new Collector();
    sink.discard = true;
    const decoder = new MessageDecoder(sink);
    for (const chunk of chunked(concatBytes([encodePiece(1, 0, new Uint8Array(100)), encodeHave(4)]), [30]))
      decoder.push(chunk);
    expect(sink.ended).toEqual([[100, false]]);
    expect(sink.messages).toEqual([{ type: "have", piece: 4 }]);
  });

  it("abandonBlock drops the view in the middle of a block", () => {
    const sink = new Collector();
    const decoder = new MessageDecoder(sink);
    const message = encodePiece(1, 0, new Uint8Array(10).fill(9));
    decoder.push(message.subarray(0, 15));
    const { view } = sink;
    sink.view = undefined;
    decoder.abandonBlock();
    decoder.push(message.subarray(15));
    expect(view?.reduce((sum, byte) => sum + byte)).toBe(18);
    expect(sink.ended).toEqual([[10, false]]);
  });

  it("rejects a view of the wrong length", () => {
    const decoder = new MessageDecoder({
      onMessage: () => undefined,
      onBlockStart: () => new Uint8Array(3),
      onBlockEnd: () => undefined,
    });
    expect(() => decoder.push(encodePiece(0, 0, new Uint8Array(4)))).toThrow(UsageError);
  });

  it("drops the rest of the chunk and all later ones once stopped in a callback", () => {
    for (const cuts of [[1000], [3]]) {
      const messages: Message[] = [];
      const decoder: MessageDecoder = new MessageDecoder({
        onMessage: (message) => {
          messages.push(message);
          if (message.type === "have") decoder.stop();
        },
        onBlockStart: () => undefined,
        onBlockEnd: () => undefined,
      });
      for (const chunk of chunked(
        concatBytes([encodeUnchoke(), encodeHave(1), encodeHave(2), encodeRaw(0, new Uint8Array(9))]),
        cuts,
      ))
        decoder.push(chunk);
      expect(messages).toEqual([{ type: "unchoke" }, { type: "have", piece: 1 }]);
    }
  });

  it("may be stopped as a block begins: the block never ends", () => {
    let ended = 0;
    const decoder: MessageDecoder = new MessageDecoder({
      onMessage: () => undefined,
      onBlockStart: () => {
        decoder.stop();
        return undefined;
      },
      onBlockEnd: () => ended++,
    });
    decoder.push(encodePiece(0, 0, new Uint8Array(4)));
    decoder.push(encodePiece(0, 0, new Uint8Array(0)));
    expect(ended).toBe(0);
  });

  it("throws the same error again after an error, and calls the sink no more", () => {
    const sink = new Collector();
    const decoder = new MessageDecoder(sink);
    expect(
      codeOf(() => decoder.push(concatBytes([encodeUnchoke(), encodeRaw(0, Uint8Array.of(1)), encodeUnchoke()]))),
    ).toBe("wire.message-length");
    expect(codeOf(() => decoder.push(encodeUnchoke()))).toBe("wire.message-length");
    expect(sink.messages).toEqual([{ type: "unchoke" }]);
  });

  it("throws the same error after the sink threw", () => {
    const decoder = new MessageDecoder({
      onMessage: () => {
        throw new PeerError("swarm.test", "no");
      },
      onBlockStart: () => undefined,
      onBlockEnd: () => undefined,
    });
    expect(codeOf(() => decoder.push(encodeUnchoke()))).toBe("swarm.test");
    expect(codeOf(() => decoder.push(encodeKeepAlive()))).toBe("swarm.test");
  });

  it("calls start and end for an empty block", () => {
    const sink = new Collector();
    new MessageDecoder(sink).push(encodePiece(6, 0, new Uint8Array(0)));
    expect([sink.started, sink.ended]).toEqual([[6], [[0, true]]]);
  });
});

describe("limits of MessageDecoder", () => {
  const header = (length: number, id: number): Uint8Array =>
    Uint8Array.of(length >>> 24, length >>> 16, length >>> 8, length, id);

  it.each([
    ["a frame above MAX_FRAME_LENGTH", header(MAX_FRAME_LENGTH + 1, 99), "wire.frame-length"],
    ["a frame of 4 GiB", header(0xffff_ffff, 20), "wire.frame-length"],
    [
      "a bitfield above MAX_FRAME_LENGTH while the number of pieces is unknown",
      header(MAX_FRAME_LENGTH + 1, 5),
      "wire.frame-length",
    ],
    ["a block above MAX_BLOCK_LENGTH", header(9 + MAX_BLOCK_LENGTH + 1, 7), "wire.block-length"],
    ["a choke of 4 GiB", header(0xffff_ffff, 0), "wire.message-length"],
  ])("reject %s at the fifth byte", (_, bytes, code) => {
    for (const cuts of [[5], [1], [4, 1]]) {
      const decoder = new MessageDecoder(new Collector());
      expect(codeOf(() => chunked(bytes, cuts).forEach((chunk) => decoder.push(chunk)))).toBe(code);
    }
  });

  it("accept the largest block and the largest frame", () => {
    const sink = new Collector();
    const decoder = new MessageDecoder(sink);
    decoder.push(encodePiece(0, 0, new Uint8Array(MAX_BLOCK_LENGTH)));
    for (const chunk of chunked(encodeExtended(1, new Uint8Array(MAX_FRAME_LENGTH - 2)), [65_536])) decoder.push(chunk);
    expect(sink.ended).toEqual([[MAX_BLOCK_LENGTH, true]]);
    expect(sink.messages.map(({ type }) => type)).toEqual(["piece", "extended"]);
  });

  it("setLimits changes the limits for the next message", () => {
    const sink = new Collector();
    const decoder = new MessageDecoder(sink, { maxFrameLength: 100 });
    decoder.push(encodeBitfield(new Uint8Array(50)));
    decoder.setLimits({ pieceCount: 1000 });
    decoder.push(encodeBitfield(new Uint8Array(125)));
    expect(codeOf(() => decoder.push(encodeBitfield(new Uint8Array(50))))).toBe("wire.bitfield-length");
    expect(sink.messages).toHaveLength(2);
  });
});
