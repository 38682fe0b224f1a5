import { describe, expect, it } from "vitest";
import { concatBytes, packEndpoint, PeerError, utf8, utf8Decode, type Endpoint } from "../../base/index.ts";
import { encode } from "../../bencode/index.ts";
import { MAX_PEX_PEERS } from "../limits.ts";
import { decodeExtension } from "./extension.ts";
import { decodePex, NO_PEX_FLAGS, utPex } from "./pex.ts";

const four: Endpoint = { ip: "97.98.99.100", port: 0x6566 };
const six: Endpoint = { ip: "2001:db8::1", port: 6881 };

const list = (count: number): Uint8Array =>
  concatBytes(Array.from({ length: count }, (_, n) => packEndpoint({ ip: `20.0.${n >> 8}.${n & 255}`, port: 6881 })));

describe("utPex", () => {
  it("is the dictionary of BEP 11, sorted, with one byte of flags for each added peer", () => {
    const bytes = utPex.encode({ added: [{ ...four, flags: { ...NO_PEX_FLAGS, isSeed: true } }], dropped: [four] });
    expect(utf8Decode(bytes)).toBe("d5:added6:abcdef7:added.f1:\u00027:dropped6:abcdefe");
    expect(utf8Decode(utPex.encode({ added: [], dropped: [] }))).toBe("d5:added0:7:added.f0:e");
  });

  it.each([
    ["prefersEncryption", 0x01],
    ["isSeed", 0x02],
    ["supportsUtp", 0x04],
    ["supportsHolepunch", 0x08],
    ["isReachable", 0x10],
  ] as const)("has %s as the bit %i", (name, bit) => {
    const flags = { ...NO_PEX_FLAGS, [name]: true };
    const payload = encode({ added: packEndpoint(four), "added.f": Uint8Array.of(bit | 0xe0) });
    expect(utPex.decode(payload)).toEqual({ added: [{ ...four, flags }], dropped: [] });
    expect(utPex.decode(utPex.encode({ added: [{ ...four, flags }], dropped: [] })).added).toEqual([
      { ...four, flags },
    ]);
  });

  it("keeps peers and flags of both IP families together", () => {
    const message = {
      added: [
        { ...four, flags: { ...NO_PEX_FLAGS, isSeed: true } },
        { ...six, flags: { ...NO_PEX_FLAGS, isReachable: true } },
      ],
      dropped: [{ ip: "10.0.0.9", port: 9 }, six],
    };
    expect(utPex.decode(utPex.encode(message))).toEqual(message);
    expect(utPex.decode(utPex.encode({ ...message, added: message.added.toReversed() })).added).toEqual(message.added);
  });

  it("reads peers without flags, and ignores flags without peers and fields of the wrong kind", () => {
    expect(utPex.decode(encode({ added: packEndpoint(four) })).added).toEqual([{ ...four, flags: NO_PEX_FLAGS }]);
    expect(utPex.decode(encode({ "added.f": Uint8Array.of(1), dropped: 7, added6: [1] }))).toEqual({
      added: [],
      dropped: [],
    });
  });

  it("reads a bounded number of peers of each list and ignores the rest", () => {
    const added6 = concatBytes(Array.from({ length: 5_000 }, () => packEndpoint(six)));
    const payload = encode({ added: list(5_000), added6, dropped: list(MAX_PEX_PEERS + 1) });
    const { added, dropped } = utPex.decode(payload);
    expect([added.length, dropped.length]).toEqual([2 * MAX_PEX_PEERS, MAX_PEX_PEERS]);
    expect(added[MAX_PEX_PEERS - 1]?.ip).toBe(`20.0.0.${MAX_PEX_PEERS - 1}`);
    expect(utPex.decode(encode({ added: list(MAX_PEX_PEERS) })).added).toHaveLength(MAX_PEX_PEERS);
    expect(decodePex(payload, Infinity).added).toHaveLength(10_000);
  });

  it.each([
    ["no bencoding", utf8("x")],
    ["no dictionary", encode([])],
    ["deep nesting", utf8(`d1:a${"l".repeat(100)}${"e".repeat(100)}e`)],
    ["a list that ends within a peer", encode({ added: new Uint8Array(7) })],
    ["a list that ends within a peer, behind the bound", encode({ dropped: list(MAX_PEX_PEERS + 9).subarray(1) })],
    ["an IPv6 list that ends within a peer", encode({ added6: new Uint8Array(6) })],
  ])("rejects %s", (_, payload) => {
    expect(() => decodeExtension(utPex, payload)).toThrow(PeerError);
    expect(() => utPex.decode(payload)).toThrow(expect.objectContaining({ code: "wire.pex" }));
  });
});
