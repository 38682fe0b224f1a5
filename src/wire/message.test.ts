import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bitfield, PeerError, UsageError, toHex } from "../base/index.ts";
import {
  encodeAllowedFast,
  encodeBitfield,
  encodeCancel,
  encodeChoke,
  encodeExtended,
  encodeHave,
  encodeHaveAll,
  encodeHaveNone,
  encodeInterested,
  encodeKeepAlive,
  encodeNotInterested,
  encodePiece,
  encodePort,
  encodeRaw,
  encodeReject,
  encodeRequest,
  encodeSuggest,
  encodeUnchoke,
} from "./builders.ts";
import { MessageId, messageName } from "./constants.ts";
import { decodeBody, decodeMessage, readHeader } from "./decode.ts";
import {
  encodeMessage,
  encodeMessages,
  encodedLength,
  writeCancel,
  writeHave,
  writePieceHeader,
  writeReject,
  writeRequest,
} from "./encode.ts";
import { MAX_BLOCK_LENGTH, MAX_FRAME_LENGTH } from "./limits.ts";
import { formatMessage } from "./message.ts";
import type { Message } from "./message.ts";
import { anyMessage } from "../../fuzz/wire-arbitrary.ts";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

/** Each message with its bytes as BEP 3, 5, 6 and 10 give them, and as people read it. */
const table: readonly (readonly [built: Uint8Array, hex: string, message: Message, text: string])[] = [
  [encodeKeepAlive(), "00000000", { type: "keep-alive" }, "keep-alive"],
  [encodeChoke(), "0000000100", { type: "choke" }, "choke"],
  [encodeUnchoke(), "0000000101", { type: "unchoke" }, "unchoke"],
  [encodeInterested(), "0000000102", { type: "interested" }, "interested"],
  [encodeNotInterested(), "0000000103", { type: "not-interested" }, "not-interested"],
  [encodeHave(0x01020304), "000000050401020304", { type: "have", piece: 0x01020304 }, "have piece 16909060"],
  [encodeBitfield(bytes(0x80, 1)), "00000003058001", { type: "bitfield", bits: bytes(0x80, 1) }, "bitfield of 2 bytes"],
  [
    encodeRequest(7, 16384, 16384),
    "0000000d06000000070000400000004000",
    { type: "request", piece: 7, begin: 16384, length: 16384 },
    "request piece 7 begin 16384 length 16384",
  ],
  [
    encodePiece(1, 2, bytes(3, 4)),
    "0000000b0700000001000000020304",
    { type: "piece", piece: 1, begin: 2, block: bytes(3, 4) },
    "piece 1 begin 2, 2 bytes",
  ],
  [
    encodeCancel(1, 2, 3),
    "0000000d08000000010000000200000003",
    { type: "cancel", piece: 1, begin: 2, length: 3 },
    "cancel piece 1 begin 2 length 3",
  ],
  [encodePort(6881), "00000003091ae1", { type: "port", port: 6881 }, "port 6881"],
  [encodeSuggest(5), "000000050d00000005", { type: "suggest", piece: 5 }, "suggest piece 5"],
  [encodeHaveAll(), "000000010e", { type: "have-all" }, "have-all"],
  [encodeHaveNone(), "000000010f", { type: "have-none" }, "have-none"],
  [
    encodeReject(1, 2, 0xffffffff),
    "0000000d100000000100000002ffffffff",
    { type: "reject", piece: 1, begin: 2, length: 0xffffffff },
    "reject piece 1 begin 2 length 4294967295",
  ],
  [encodeAllowedFast(9), "000000051100000009", { type: "allowed-fast", piece: 9 }, "allowed-fast piece 9"],
  [
    encodeExtended(0, bytes(0x64, 0x65)),
    "0000000414006465",
    { type: "extended", id: 0, payload: bytes(0x64, 0x65) },
    "extended handshake, 2 bytes",
  ],
  [
    encodeExtended(3, bytes(1)),
    "00000003140301",
    { type: "extended", id: 3, payload: bytes(1) },
    "extended id 3, 1 bytes",
  ],
  [encodeRaw(99, bytes(1)), "000000026301", { type: "unknown", id: 99, payload: bytes(1) }, "unknown id 99, 1 bytes"],
];

function outcomeOf(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

function errorOf(run: () => unknown): PeerError {
  const outcome = outcomeOf(run);
  if (outcome instanceof PeerError) return outcome;
  throw new Error(`no PeerError but ${String(outcome)}`);
}

describe("messages", () => {
  it.each(table)("%# are built, parsed and printed", (built, hex, message, text) => {
    expect(toHex(built)).toBe(hex);
    expect(toHex(encodeMessage(message))).toBe(hex);
    expect(decodeMessage(built)).toEqual(message);
    expect(decodeBody(built.subarray(4))).toEqual(message);
    expect(formatMessage(message)).toBe(text);
    expect(readHeader(built)).toEqual({
      length: built.length - 4,
      id: message.type === "keep-alive" ? undefined : built[4],
    });
  });

  it("decode(encode(m)) is m", () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        expect(decodeMessage(encodeMessage(message))).toEqual(message);
      }),
    );
  });

  it("decodeMessage returns a message or throws a PeerError for any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (frame) => {
        const outcome = outcomeOf(() => encodedLength(decodeMessage(frame)));
        expect(outcome === frame.length || outcome instanceof PeerError).toBe(true);
      }),
    );
  });
});

describe("decodeMessage", () => {
  it("throws an error with the expected and the received value", () => {
    const error = errorOf(() => decodeMessage(bytes(0, 0, 0, 2, 0, 0)));
    expect(error.code).toBe("wire.message-length");
    expect(error.fields).toEqual({ expected: 1, received: 2, id: 0 });
    expect(error.message).toBe("choke has a fixed length: expected 1 bytes, received 2");
  });

  it.each([
    ["no prefix", bytes(0, 0, 0), "wire.truncated"],
    ["too few bytes", bytes(0, 0, 0, 5, 4, 0), "wire.truncated"],
    ["too many bytes", bytes(0, 0, 0, 1, 0, 0), "wire.trailing"],
    ["a short have", bytes(0, 0, 0, 2, 4, 0), "wire.message-length"],
    ["a long request", bytes(0, 0, 0, 14, 6, ...new Uint8Array(13)), "wire.message-length"],
    ["a piece without begin", bytes(0, 0, 0, 5, 7, 0, 0, 0, 0), "wire.message-length"],
    ["an extended message without id", bytes(0, 0, 0, 1, 20), "wire.message-length"],
    ["a port of one byte", bytes(0, 0, 0, 2, 9, 1), "wire.message-length"],
  ])("refuses %s", (_, frame, code) => {
    expect(errorOf(() => decodeMessage(frame)).code).toBe(code);
  });

  it("accepts a block of exactly the limit and no larger one", () => {
    const message = decodeMessage(encodePiece(0, 0, new Uint8Array(MAX_BLOCK_LENGTH)));
    expect(message.type === "piece" && message.block.length).toBe(MAX_BLOCK_LENGTH);
    expect(errorOf(() => decodeMessage(encodePiece(0, 0, new Uint8Array(MAX_BLOCK_LENGTH + 1)))).code).toBe(
      "wire.block-length",
    );
  });

  it("accepts a frame of exactly the limit and no larger one", () => {
    expect(decodeMessage(encodeExtended(1, new Uint8Array(MAX_FRAME_LENGTH - 2))).type).toBe("extended");
    expect(errorOf(() => decodeMessage(encodeExtended(1, new Uint8Array(MAX_FRAME_LENGTH - 1)))).code).toBe(
      "wire.frame-length",
    );
  });

  it("requires a bitfield of the torrent's length when the number of pieces is known, for any length", () => {
    const pieceCount = MAX_FRAME_LENGTH * 8 + 1;
    const frame = encodeBitfield(Bitfield.full(pieceCount).pack());
    expect(decodeMessage(frame, { pieceCount }).type).toBe("bitfield");
    expect(errorOf(() => decodeMessage(frame)).code).toBe("wire.frame-length");
    expect(errorOf(() => decodeMessage(encodeBitfield(bytes(0, 0)), { pieceCount: 8 })).code).toBe(
      "wire.bitfield-length",
    );
  });

  it("copies byte strings, also from a Buffer", () => {
    const frame = Buffer.from(encodeBitfield(bytes(1, 2)));
    const message = decodeMessage(frame);
    frame.fill(0);
    expect(message).toEqual({ type: "bitfield", bits: bytes(1, 2) });
  });
});

describe("encodeMessages", () => {
  it("is the messages one after the other", () => {
    expect(toHex(encodeMessages([{ type: "unchoke" }, { type: "have", piece: 1 }, { type: "keep-alive" }]))).toBe(
      "000000010100000005040000000100000000",
    );
  });

  it("rejects numbers that do not fit", () => {
    for (const message of [
      { type: "have", piece: -1 },
      { type: "have", piece: 1.5 },
      { type: "request", piece: 0, begin: 2 ** 32, length: 1 },
      { type: "port", port: 65_536 },
      { type: "extended", id: 256, payload: bytes() },
      { type: "piece", piece: Number.NaN, begin: 0, block: bytes() },
    ] satisfies Message[]) {
      expect(() => encodeMessage(message)).toThrow(UsageError);
    }
  });
});

describe("the hot-path writers", () => {
  it("write the same bytes as the builders, at an offset, and return the end", () => {
    const out = new Uint8Array(100).fill(0xee);
    const cases = [
      [writeRequest(out, 3, 1, 2, 3), encodeRequest(1, 2, 3)],
      [writeCancel(out, 3, 1, 2, 3), encodeCancel(1, 2, 3)],
      [writeReject(out, 3, 1, 2, 3), encodeReject(1, 2, 3)],
      [writeHave(out, 3, 0xfffffffe), encodeHave(0xfffffffe)],
    ] as const;
    for (const [end, expected] of cases) expect(end).toBe(3 + expected.length);
    expect(out.subarray(3, 12)).toEqual(encodeHave(0xfffffffe));
    expect([out[2], out[20]]).toEqual([0xee, 0xee]);
  });

  it("writePieceHeader leaves the block to the caller", () => {
    const out = new Uint8Array(17);
    expect(writePieceHeader(out, 0, 5, 6, 4)).toBe(13);
    out.set([1, 2, 3, 4], 13);
    expect(out).toEqual(encodePiece(5, 6, bytes(1, 2, 3, 4)));
  });

  it("encode many requests into one buffer", () => {
    const out = new Uint8Array(3 * 17);
    let at = 0;
    for (let block = 0; block < 3; block++) at = writeRequest(out, at, 9, block * 16384, 16384);
    expect(out).toEqual(
      encodeMessages([0, 1, 2].map((block) => ({ type: "request", piece: 9, begin: block * 16384, length: 16384 }))),
    );
  });
});

describe("messageName", () => {
  it("returns a name for every id, and for no other", () => {
    for (const id of Object.values(MessageId)) expect(messageName(id)).not.toBe("unknown");
    expect(messageName(MessageId.allowedFast)).toBe("allowed-fast");
    expect(messageName(10)).toBe("unknown");
  });
});
