import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PeerError, concatBytes, utf8 } from "../../base/index.ts";
import { MAX_METADATA_LENGTH, METADATA_SERVE_FACTOR } from "../limits.ts";
import { decodeExtension } from "./extension.ts";
import { METADATA_PIECE_LENGTH, MetadataServer, metadataReply, utMetadata } from "./metadata.ts";
import type { MetadataMessage } from "./metadata.ts";

const piece = fc.nat({ max: MAX_METADATA_LENGTH / METADATA_PIECE_LENGTH - 1 });
const message: fc.Arbitrary<MetadataMessage> = fc.oneof(
  fc.record({ type: fc.constant("request" as const), piece }),
  fc.record({ type: fc.constant("reject" as const), piece }),
  fc.record({
    type: fc.constant("data" as const),
    piece,
    totalSize: fc.option(fc.integer({ min: 1, max: MAX_METADATA_LENGTH }), { nil: undefined }),
    data: fc.uint8Array({ minLength: 1, maxLength: 100 }),
  }),
  fc.record({ type: fc.constant("unknown" as const), messageType: fc.integer({ min: 3 }) }),
);

describe("utMetadata", () => {
  it("equals the examples of BEP 9", () => {
    expect(utMetadata.encode({ type: "request", piece: 0 })).toEqual(utf8("d8:msg_typei0e5:piecei0ee"));
    expect(utMetadata.encode({ type: "reject", piece: 0 })).toEqual(utf8("d8:msg_typei2e5:piecei0ee"));
    expect(utMetadata.encode({ type: "data", piece: 0, totalSize: 34_256, data: utf8("xxxx") })).toEqual(
      utf8("d8:msg_typei1e5:piecei0e10:total_sizei34256eexxxx"),
    );
  });

  it("decode(encode(m)) is m", () => {
    fc.assert(
      fc.property(message, (value) => {
        expect(utMetadata.decode(utMetadata.encode(value))).toEqual(value);
      }),
    );
  });

  it.each([
    ["no bencode", utf8("x")],
    ["no dictionary", utf8("i0e")],
    ["no type", utf8("d5:piecei0ee")],
    ["no piece", utf8("d8:msg_typei0ee")],
    ["a negative piece", utf8("d8:msg_typei0e5:piecei-1ee")],
    ["a piece beyond 32 MiB", utf8("d8:msg_typei0e5:piecei2048ee")],
    ["data without data", utf8("d8:msg_typei1e5:piecei0e10:total_sizei1ee")],
    [
      "too much data",
      concatBytes([utf8("d8:msg_typei1e5:piecei0e10:total_sizei1ee"), new Uint8Array(METADATA_PIECE_LENGTH + 1)]),
    ],
    ["a total size beyond 32 MiB", utf8(`d8:msg_typei1e5:piecei0e10:total_sizei${MAX_METADATA_LENGTH + 1}eex`)],
    ["a total size of 0", utf8("d8:msg_typei1e5:piecei0e10:total_sizei0eex")],
  ])("refuses %s", (_, payload) => {
    expect(() => decodeExtension(utMetadata, payload)).toThrow(PeerError);
  });
});

describe("metadataReply", () => {
  const info = Uint8Array.from({ length: METADATA_PIECE_LENGTH + 5 }, (_, i) => i & 0xff);

  it("returns each piece, the last one shorter", () => {
    const parts = [0, 1].map((index) => metadataReply(info, { piece: index }));
    expect(parts.map((part) => part.type === "data" && part.totalSize)).toEqual([info.length, info.length]);
    expect(concatBytes(parts.map((part) => (part.type === "data" ? part.data : new Uint8Array(0))))).toEqual(info);
  });

  it("rejects pieces that it lacks", () => {
    expect(metadataReply(undefined, { piece: 0 })).toEqual({ type: "reject", piece: 0 });
    expect(metadataReply(info, { piece: 2 })).toEqual({ type: "reject", piece: 2 });
  });

  it("MetadataServer serves the whole a few times over, then rejects", () => {
    const server = new MetadataServer();
    const answers = Array.from(
      { length: 2 * METADATA_SERVE_FACTOR + 2 },
      (_, i) => server.reply(info, { piece: i % 2 }).type,
    );
    expect(answers).toEqual([...Array.from({ length: 2 * METADATA_SERVE_FACTOR }, () => "data"), "reject", "reject"]);
    expect(new MetadataServer().reply(undefined, { piece: 0 }).type).toBe("reject");
  });
});
