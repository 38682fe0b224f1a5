import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PeerError, utf8 } from "../../base/index.ts";
import { encode } from "../../bencode/index.ts";
import {
  MAX_CLIENT_NAME_LENGTH,
  MAX_EXTENDED_HANDSHAKE_LENGTH,
  MAX_EXTENSIONS,
  MAX_EXTENSION_DEPTH,
  MAX_EXTENSION_NAME_LENGTH,
  MAX_EXTENSION_TOKENS,
  MAX_METADATA_LENGTH,
  MAX_REQUEST_QUEUE,
} from "../limits.ts";
import { decodeExtendedHandshake, encodeExtendedHandshake, mergeExtendedHandshakes } from "./handshake.ts";

const codeOf = (payload: Uint8Array): unknown => {
  try {
    decodeExtendedHandshake(payload);
  } catch (error) {
    return error instanceof PeerError ? error.code : error;
  }
  return undefined;
};

describe("encodeExtendedHandshake", () => {
  it("is the example of BEP 10", () => {
    const bytes = encodeExtendedHandshake({
      extensions: new Map([
        ["LT_metadata", 1],
        ["µT_PEX", 2],
      ]),
      port: 6881,
      client: "µTorrent 1.2",
    });
    expect(bytes).toEqual(utf8("d1:md11:LT_metadatai1e7:µT_PEXi2ee1:pi6881e1:v13:µTorrent 1.2e"));
  });

  it("decode returns every field", () => {
    const all = {
      extensions: new Map([["ut_metadata", 3]]),
      port: 51413,
      client: "Millrace 0.1.0",
      requestQueue: 500,
      yourIp: "203.0.113.7",
      ipv4: "198.51.100.1",
      ipv6: "2001:db8::1",
      metadataSize: 31_235,
      uploadOnly: true,
    };
    expect(decodeExtendedHandshake(encodeExtendedHandshake(all))).toEqual(all);
  });
});

describe("mergeExtendedHandshakes", () => {
  it("keeps fields that the later one lacks, and replaces the others", () => {
    const first = { extensions: new Map([["ut_metadata", 3]]), client: "A", metadataSize: 7 };
    const second = { extensions: new Map([["ut_pex", 1]]), client: "B", metadataSize: undefined };
    expect(mergeExtendedHandshakes(undefined, first)).toBe(first);
    expect(mergeExtendedHandshakes(first, second)).toEqual({
      extensions: new Map([
        ["ut_metadata", 3],
        ["ut_pex", 1],
      ]),
      client: "B",
      metadataSize: 7,
    });
  });

  it("keeps only the later names when there would be too many", () => {
    const names = (count: number, prefix: string): Map<string, number> =>
      new Map(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, 1]));
    const after = { extensions: names(MAX_EXTENSIONS, "b") };
    expect(mergeExtendedHandshakes({ extensions: names(1, "a") }, after).extensions).toBe(after.extensions);
  });
});

describe("decodeExtendedHandshake", () => {
  it("leaves out invalid fields and keeps the rest", () => {
    const bytes = encode({
      m: { ut_pex: 1, bad: -1, worse: 256, text: "x", ["n".repeat(MAX_EXTENSION_NAME_LENGTH + 1)]: 2 },
      p: 0,
      v: 7,
      reqq: "many",
      yourip: "123",
      ipv4: new Uint8Array(16),
      metadata_size: MAX_METADATA_LENGTH + 1,
      upload_only: 0,
      unheard_of: [1],
    });
    expect(decodeExtendedHandshake(bytes)).toEqual({
      extensions: new Map([["ut_pex", 1]]),
      port: undefined,
      client: undefined,
      requestQueue: undefined,
      yourIp: undefined,
      ipv4: undefined,
      ipv6: undefined,
      metadataSize: undefined,
      uploadOnly: false,
    });
  });

  it("accepts an extension name of exactly the limit and the largest metadata", () => {
    const name = "n".repeat(MAX_EXTENSION_NAME_LENGTH);
    const { extensions, metadataSize } = decodeExtendedHandshake(
      encode({ m: { [name]: 2 }, metadata_size: MAX_METADATA_LENGTH }),
    );
    expect([extensions.get(name), metadataSize]).toEqual([2, MAX_METADATA_LENGTH]);
  });

  it("bounds the number of extensions and the queue", () => {
    const m = new Map(Array.from({ length: 300 }, (_, i) => [`x${i}`, 1]));
    const handshake = decodeExtendedHandshake(encode({ m, reqq: 1e9 }));
    expect(handshake.extensions.size).toBe(MAX_EXTENSIONS);
    expect(handshake.requestQueue).toBe(MAX_REQUEST_QUEUE);
  });

  it("removes control characters of a client name", () => {
    const clientOf = (v: string): unknown => decodeExtendedHandshake(encode({ v })).client;
    expect(clientOf("evil\u001B[2J\r\nname\u202E\u2028")).toBe("evil[2Jname");
    expect(clientOf("\u0007")).toBeUndefined();
    expect(clientOf("a".repeat(1000))).toBe("a".repeat(MAX_CLIENT_NAME_LENGTH));
  });

  it.each([
    ["nothing", new Uint8Array(0)],
    ["no dictionary", utf8("le")],
    ["half a dictionary", utf8("d1:md")],
    ["too many bytes", encode({ x: new Uint8Array(MAX_EXTENDED_HANDSHAKE_LENGTH) })],
    ["too many values", encode({ x: Array.from({ length: MAX_EXTENSION_TOKENS }, () => 1) })],
    ["too deep a nest", utf8(`d1:x${"l".repeat(MAX_EXTENSION_DEPTH)}${"e".repeat(MAX_EXTENSION_DEPTH)}e`)],
  ])("refuses %s", (_, payload) => {
    expect(codeOf(payload)).toBe("wire.extended-handshake");
  });

  it("returns a value or throws a PeerError for any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (payload) => {
        expect([undefined, "wire.extended-handshake"]).toContain(codeOf(payload));
      }),
    );
  });
});
