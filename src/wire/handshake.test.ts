import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyCuts, chunked } from "../../fuzz/wire-arbitrary.ts";
import { PeerError, UsageError, concatBytes, toHex } from "../base/index.ts";
import { HandshakeDecoder, decodeHandshake, encodeHandshake } from "./handshake.ts";
import { initialPeerFlags } from "./peer-state.ts";
import { makeReserved, readReserved } from "./reserved.ts";

const infoHash = new Uint8Array(20).fill(0xab);
const peerId = new Uint8Array(20).fill(0x2d);
const twenty = fc.uint8Array({ minLength: 20, maxLength: 20 });

function refusal(run: () => unknown): PeerError {
  try {
    run();
  } catch (error) {
    if (error instanceof PeerError) return error;
  }
  throw new Error("no PeerError");
}

describe("encodeHandshake", () => {
  it("is the 68 bytes of BEP 3 with the bits of BEP 5, 6, 10 and 52", () => {
    const bytes = encodeHandshake({ infoHash, peerId, reserved: { extended: true, fast: true, dht: true, v2: true } });
    expect(toHex(bytes)).toBe(
      `13${Buffer.from("BitTorrent protocol").toString("hex")}0000000000100015${"ab".repeat(20)}${"2d".repeat(20)}`,
    );
  });

  it("rejects parts of the wrong length", () => {
    expect(() => encodeHandshake({ infoHash: new Uint8Array(32), peerId })).toThrow(UsageError);
    expect(() => encodeHandshake({ infoHash, peerId: new Uint8Array(19) })).toThrow(
      expect.objectContaining({ code: "wire.field" }),
    );
    expect(() => encodeHandshake({ infoHash, peerId, reserved: new Uint8Array(7) })).toThrow(UsageError);
  });
});

describe("HandshakeDecoder", () => {
  it("decodes the encoded handshake in any chunks, and returns the bytes that follow", () => {
    fc.assert(
      fc.property(
        twenty,
        twenty,
        fc.uint8Array({ minLength: 8, maxLength: 8 }),
        fc.uint8Array({ maxLength: 100 }),
        anyCuts,
        (hash, id, reserved, rest, cuts) => {
          const decoder = new HandshakeDecoder();
          const chunks = chunked(concatBytes([encodeHandshake({ infoHash: hash, peerId: id, reserved }), rest]), cuts);
          let taken = 0;
          for (const [index, chunk] of chunks.entries()) {
            taken += chunk.length;
            const done = decoder.push(chunk);
            expect(decoder.infoHash).toEqual(taken < 48 ? undefined : hash);
            expect(decoder.reserved).toEqual(taken < 28 ? undefined : readReserved(reserved));
            expect(done === undefined).toBe(taken < 68);
            if (done === undefined) continue;
            expect(done.handshake).toEqual({
              infoHash: hash,
              peerId: id,
              reserved: readReserved(reserved),
              reservedBytes: reserved,
            });
            expect(concatBytes([done.rest, ...chunks.slice(index + 1)])).toEqual(rest);
            return;
          }
          throw new Error("it never ended");
        },
      ),
    );
  });

  it("rejects a stream that is not BitTorrent at its first wrong byte", () => {
    expect(refusal(() => new HandshakeDecoder().push(Buffer.from("G"))).code).toBe("wire.not-bittorrent");
    const decoder = new HandshakeDecoder();
    expect(decoder.push(Buffer.from("\x13BitTor"))).toBeUndefined();
    const error = refusal(() => decoder.push(Buffer.from("X")));
    expect(error.code).toBe("wire.not-bittorrent");
    expect(error.fields["received"]).toBe(Buffer.from("\x13BitTorX").toString("hex"));
  });

  it("throws when it is used again", () => {
    const decoder = new HandshakeDecoder();
    decoder.push(encodeHandshake({ infoHash, peerId }));
    expect(() => decoder.push(new Uint8Array(1))).toThrow(UsageError);
  });

  it("does not keep the memory of the chunk", () => {
    const bytes = Buffer.from(encodeHandshake({ infoHash, peerId }));
    const done = new HandshakeDecoder().push(bytes);
    bytes.fill(0);
    expect(done?.handshake.infoHash).toEqual(infoHash);
  });
});

describe("decodeHandshake", () => {
  it("rejects other lengths than 68 bytes", () => {
    expect(refusal(() => decodeHandshake(encodeHandshake({ infoHash, peerId }).subarray(0, 67))).code).toBe(
      "wire.handshake-length",
    );
    expect(decodeHandshake(encodeHandshake({ infoHash, peerId })).peerId).toEqual(peerId);
  });
});

describe("readReserved", () => {
  it("reads the bits of makeReserved, each separately", () => {
    for (const flag of ["extended", "dht", "fast", "v2"] as const) {
      expect(readReserved(makeReserved({ [flag]: true }))).toEqual({
        extended: false,
        dht: false,
        fast: false,
        v2: false,
        [flag]: true,
      });
    }
    expect(makeReserved({ extended: false })).toEqual(new Uint8Array(8));
  });
});

describe("initialPeerFlags", () => {
  it("is choked and not interested both ways, and new each time", () => {
    const flags = initialPeerFlags();
    expect(flags).toEqual({ amChoking: true, amInterested: false, peerChoking: true, peerInterested: false });
    flags.amChoking = false;
    expect(initialPeerFlags().amChoking).toBe(true);
  });
});
