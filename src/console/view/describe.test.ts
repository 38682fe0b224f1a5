import { describe, expect, it } from "vitest";
import { latin1 } from "../../base/index.ts";
import { readReserved } from "../../wire/index.ts";
import type { WireMessage } from "../conversation/entry.ts";
import { describeMessage } from "./describe.ts";

const bytes = (length: number, fill = 0): Uint8Array => new Uint8Array(length).fill(fill);
const hash = { root: bytes(32, 0xab), baseLayer: 0, index: 4, length: 8, proofLayers: 2 };
const handshake = (id: string, reserved = [0, 0, 0, 0, 0, 0, 0, 0]): WireMessage => {
  const reservedBytes = Uint8Array.from(reserved);
  return {
    type: "handshake",
    infoHash: bytes(20),
    peerId: latin1(id),
    reserved: readReserved(reservedBytes),
    reservedBytes,
  };
};

const messages: readonly (readonly [WireMessage, string])[] = [
  [{ type: "keep-alive" }, "keep-alive"],
  [{ type: "choke" }, "choke"],
  [{ type: "unchoke" }, "unchoke"],
  [{ type: "interested" }, "interested"],
  [{ type: "not-interested" }, "not-interested"],
  [{ type: "have", piece: 3 }, "have piece 3"],
  [{ type: "bitfield", bits: Uint8Array.of(0xff, 0xf0) }, "bitfield 12 of 16 pieces"],
  [{ type: "request", piece: 0, begin: 0, length: 16_384 }, "request piece 0, 16384 bytes from 0"],
  [{ type: "piece", piece: 2, begin: 16_384, length: 1, block: undefined }, "piece 2, 1 byte from 16384"],
  [{ type: "cancel", piece: 1, begin: 0, length: 16_384 }, "cancel piece 1, 16384 bytes from 0"],
  [{ type: "reject", piece: 1, begin: 0, length: 16_384 }, "reject piece 1, 16384 bytes from 0"],
  [{ type: "port", port: 6881 }, "port 6881 of its DHT node"],
  [{ type: "suggest", piece: 9 }, "suggest piece 9"],
  [{ type: "allowed-fast", piece: 9 }, "allowed-fast piece 9"],
  [{ type: "have-all" }, "have-all"],
  [{ type: "have-none" }, "have-none"],
  [
    handshake("-TR3000-abcdefghijkl", [0, 0, 0, 0, 0, 0x10, 0, 5]),
    "handshake -TR3000-... Transmission 3.00, extended, fast, dht",
  ],
  [handshake("\u0001\u0002\u0003ABCDEFGHIJKLMNOPQ"), "handshake unknown (...ABCDE)"],
  [
    {
      type: "extended-handshake",
      client: "libtorrent/2.0.8",
      extensions: new Map([
        ["ut_metadata", 2],
        ["ut_pex", 0],
      ]),
      requestQueue: 2000,
      metadataSize: 1234,
      port: 6881,
      yourIp: "10.0.0.1",
      uploadOnly: true,
    },
    'extended-handshake: "libtorrent/2.0.8", ut_metadata 2, ut_pex off, reqq 2000, metadata 1234 bytes, port 6881, you are 10.0.0.1, upload only',
  ],
  [{ type: "extended-handshake", extensions: new Map() }, "extended-handshake: empty"],
  [{ type: "metadata-request", piece: 0 }, "metadata-request piece 0"],
  [{ type: "metadata", piece: 0, totalSize: 1234, data: bytes(1234) }, "metadata piece 0, 1234 of 1234 bytes"],
  [{ type: "metadata", piece: 0, totalSize: undefined, data: bytes(5) }, "metadata piece 0, 5 bytes"],
  [{ type: "metadata-reject", piece: 1 }, "metadata-reject piece 1"],
  [
    {
      type: "pex",
      added: [1, 2, 3, 4, 5].map((port) => ({ ip: "10.0.0.1", port })),
      dropped: [{ ip: "::1", port: 7 }],
    },
    "pex: added 10.0.0.1:1, 10.0.0.1:2, 10.0.0.1:3 and 2 more; dropped [::1]:7",
  ],
  [{ type: "pex", added: [], dropped: [] }, "pex: nothing"],
  [
    { type: "extended", id: 9, name: "lt_donthave", payload: Uint8Array.of(1, 2) },
    "extended lt_donthave (id 9), 2 bytes: 0102",
  ],
  [{ type: "extended", id: 9, name: undefined, payload: bytes(0) }, "extended message (id 9), no payload"],
  [{ type: "hash-request", ...hash }, "hash-request 4 to 11 of layer 0, 2 proof layers, root abababab..."],
  [
    { type: "hashes", ...hash, hashes: bytes(320) },
    "hashes 4 to 11 of layer 0, 2 proof layers, root abababab..., 10 in all",
  ],
  [{ type: "hash-reject", ...hash }, "hash-reject 4 to 11 of layer 0, 2 proof layers, root abababab..."],
  [{ type: "unknown", id: 77, payload: bytes(40, 0xee) }, `unknown message (id 77), 40 bytes: ${"ee".repeat(16)}...`],
  [
    {
      type: "malformed",
      id: 4,
      name: "have",
      payload: Uint8Array.of(1),
      code: "wire.x",
      why: "have has a fixed length",
    },
    "malformed: have has a fixed length (01)",
  ],
  [
    { type: "malformed", id: 20, name: "extended", payload: bytes(0), code: "wire.x", why: "no dictionary" },
    "malformed extended: no dictionary (no bytes)",
  ],
  [{ type: "garbage", bytes: Uint8Array.of(0x47, 0x45), why: "another protocol" }, "garbage: another protocol (4745)"],
  [{ type: "closed", why: "the peer closed the connection" }, "closed: the peer closed the connection"],
];

describe("describeMessage", () => {
  it.each(messages.map(([message, text]) => [text, message] as const))("returns %s", (text, message) => {
    expect(describeMessage(message, 16)).toBe(text);
  });

  it("returns the length of a bitfield while the number of pieces is unknown", () => {
    expect(describeMessage({ type: "bitfield", bits: Uint8Array.of(0xff, 0x80) })).toBe("bitfield 9 pieces, 2 bytes");
  });

  it("escapes control characters of the terminal", () => {
    const evil = "\u001b[2J\u202e";
    expect(describeMessage({ type: "extended-handshake", client: "x", extensions: new Map([[evil, 1]]) })).toBe(
      'extended-handshake: "x", \\x1b[2J\\u202e 1',
    );
    expect(describeMessage({ type: "extended", id: 1, name: evil, payload: bytes(1) })).toBe(
      "extended \\x1b[2J\\u202e (id 1), 1 byte: 00",
    );
  });
});
