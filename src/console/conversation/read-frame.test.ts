import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concatBytes, packEndpoint, utf8 } from "../../base/index.ts";
import { encode } from "../../bencode/index.ts";
import {
  encodeBitfield,
  encodeExtended,
  encodeExtendedHandshake,
  encodePiece,
  encodeRaw,
  utMetadata,
} from "../../wire/index.ts";
import type { WireMessage } from "./entry.ts";
import { readFrame } from "./read-frame.ts";

const names = new Map([
  [1, "ut_metadata"],
  [2, "ut_pex"],
  [3, "xx_chat"],
]);

function read(message: Uint8Array, pieceCount?: number): WireMessage {
  return readFrame(message.subarray(4), (id) => names.get(id), pieceCount);
}

describe("readFrame", () => {
  it("never throws", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.option(fc.nat(1000), { nil: undefined }), (frame, count) => {
        expect(readFrame(frame, (id) => names.get(id), count).type).toBeTypeOf("string");
      }),
    );
  });

  it("reads a block with its length", () => {
    expect(read(encodePiece(1, 2, new Uint8Array(3)))).toEqual({
      type: "piece",
      piece: 1,
      begin: 2,
      length: 3,
      block: new Uint8Array(3),
    });
  });

  it("decodes extensions by the ids of the receiver", () => {
    expect(
      read(encodeExtended(0, encodeExtendedHandshake({ extensions: new Map([["ut_pex", 9]]), client: "X" }))),
    ).toMatchObject({ type: "extended-handshake", client: "X", extensions: new Map([["ut_pex", 9]]) });
    expect(read(encodeExtended(1, utMetadata.encode({ type: "request", piece: 4 })))).toEqual({
      type: "metadata-request",
      piece: 4,
    });
    expect(read(encodeExtended(1, utMetadata.encode({ type: "reject", piece: 4 })))).toEqual({
      type: "metadata-reject",
      piece: 4,
    });
    expect(
      read(encodeExtended(1, utMetadata.encode({ type: "data", piece: 0, totalSize: 2, data: utf8("de") }))),
    ).toEqual({ type: "metadata", piece: 0, totalSize: 2, data: utf8("de") });
    expect(read(encodeExtended(1, encode({ msg_type: 9, piece: 0 })))).toMatchObject({
      type: "extended",
      name: "ut_metadata",
    });
    expect(read(encodeExtended(3, utf8("hi")))).toEqual({
      type: "extended",
      id: 3,
      name: "xx_chat",
      payload: utf8("hi"),
    });
    expect(read(encodeExtended(8, utf8("hi")))).toEqual({
      type: "extended",
      id: 8,
      name: undefined,
      payload: utf8("hi"),
    });
  });

  it("reads peer exchange of both families", () => {
    const [four, six] = [
      { ip: "10.0.0.1", port: 1 },
      { ip: "2001:db8::1", port: 2 },
    ];
    const payload = encode({ added: packEndpoint(four), added6: packEndpoint(six), dropped6: packEndpoint(six) });
    expect(read(encodeExtended(2, payload))).toEqual({ type: "pex", added: [four, six], dropped: [six] });
    expect(read(encodeExtended(2, encode({ added: new Uint8Array(7) })))).toMatchObject({
      type: "malformed",
      code: "wire.pex",
      name: "extended",
    });
    expect(read(encodeExtended(2, utf8("x")))).toMatchObject({ type: "malformed", code: "wire.pex" });
  });

  it("reads the messages of BEP 52", () => {
    const head = new Uint8Array(48).fill(7, 0, 32);
    head[47] = 5;
    expect(read(encodeRaw(21, head))).toEqual({
      type: "hash-request",
      root: new Uint8Array(32).fill(7),
      baseLayer: 0,
      index: 0,
      length: 0,
      proofLayers: 5,
    });
    expect(read(encodeRaw(22, concatBytes([head, new Uint8Array(64)])))).toMatchObject({
      type: "hashes",
      hashes: new Uint8Array(64),
    });
    expect(read(encodeRaw(22, concatBytes([head, new Uint8Array(65)])))).toMatchObject({
      type: "malformed",
      name: "hashes",
      code: "wire.message-length",
    });
    expect(read(encodeRaw(23, new Uint8Array(47)))).toMatchObject({ type: "malformed", name: "hash-reject" });
  });

  it("returns a malformed entry with the reason", () => {
    expect(read(encodeRaw(4, new Uint8Array(3)))).toMatchObject({
      type: "malformed",
      id: 4,
      name: "have",
      code: "wire.message-length",
      payload: new Uint8Array(3),
    });
    expect(read(encodeBitfield(new Uint8Array(3)), 8)).toMatchObject({
      type: "malformed",
      name: "bitfield",
      code: "wire.bitfield-length",
    });
    expect(read(encodeBitfield(new Uint8Array(3)))).toMatchObject({ type: "bitfield" });
    expect(read(encodeRaw(200, new Uint8Array(3)))).toMatchObject({ type: "unknown", id: 200 });
  });
});
