import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { concatBytes, latin1, toHex, writeUint16, type KeyPair, type SyncHasher } from "../../base/index.ts";
import { encodeHandshake } from "../handshake.ts";
import { MSE_PLAINTEXT, MSE_RC4 } from "./constants.ts";
import type { MseResult } from "./handshake-parts.ts";
import { MseInitiator, type MseInitiatorOptions } from "./initiator.ts";
import { MseResponder, type MseResponderOptions } from "./responder.ts";
import { makeCiphers, mseTorrentHash, syncHash, torrentMask, xorBytes } from "./secrets.ts";

const BOTH = MSE_PLAINTEXT | MSE_RC4;
const SECRET = new Uint8Array(96).fill(9);
const infoHash = new Uint8Array(20).fill(3);
const hasher: SyncHasher = {
  digestSync: (algorithm, bytes) => new Uint8Array(createHash(algorithm).update(bytes).digest()),
};
/** Keys of a group in which all secrets are the same: the arithmetic is tested with the runtime. */
const keys = (byte: number): KeyPair => ({
  publicKey: new Uint8Array(96).fill(byte),
  secret: (other) => (other[0] === 0 ? undefined : SECRET),
});
const pad = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => (at * 7 + length) & 255);

function initiator(options: Partial<MseInitiatorOptions> = {}): MseInitiator {
  const pads = [pad(100), pad(33)] as const;
  const initialPayload = latin1("the handshake");
  return new MseInitiator({ hasher, keys: keys(1), pads, infoHash, provide: BOTH, initialPayload, ...options });
}

function responder(options: Partial<MseResponderOptions> = {}): MseResponder {
  const wanted = toHex(mseTorrentHash(hasher, infoHash));
  return new MseResponder({
    hasher,
    keys: keys(2),
    pads: [pad(200), pad(44)],
    findTorrent: (hash) => (toHex(hash) === wanted ? infoHash : undefined),
    accept: BOTH,
    ...options,
  });
}

function* cut(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Carries the bytes between the two sides in parts of `size` bytes; `late` are bytes that follow the handshake. */
function exchange(a: MseInitiator, b: MseResponder, size = 10_000): [MseResult | undefined, MseResult | undefined] {
  let [ofA, ofB]: [MseResult | undefined, MseResult | undefined] = [undefined, undefined];
  let toB = a.opening;
  for (let round = 0; round < 3 && toB.length > 0; round++) {
    const toA: Uint8Array[] = [];
    for (const part of cut(toB, size)) {
      const step = b.push(part);
      if (step.send !== undefined) toA.push(step.send);
      ofB = step.result ?? ofB;
    }
    const sent: Uint8Array[] = [];
    for (const part of cut(concatBytes(toA), size)) {
      const step = a.push(part);
      if (step.send !== undefined) sent.push(step.send);
      ofA = step.result ?? ofA;
    }
    toB = concatBytes(sent);
  }
  return [ofA, ofB];
}

describe("the encryption handshake", () => {
  it.each([1, 7, 97, 10_000])("ends on both sides, with bytes in parts of %i", (size) => {
    const [a, b] = exchange(initiator({ provide: MSE_RC4 }), responder(), size);
    expect(b?.infoHash).toEqual(infoHash);
    expect(b?.initialPayload).toEqual(latin1("the handshake"));
    const text = latin1("after the handshake, both ways");
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      const bytes = Uint8Array.from(text);
      from?.ciphers?.encrypt.apply(bytes, bytes);
      expect(bytes).not.toEqual(text);
      to?.ciphers?.decrypt.apply(bytes, bytes);
      expect(bytes).toEqual(text);
    }
  });

  it.each([
    [BOTH, BOTH, false],
    [BOTH, MSE_PLAINTEXT, false],
    [MSE_PLAINTEXT, BOTH, false],
    [BOTH, MSE_RC4, true],
    [MSE_RC4, BOTH, true],
    [MSE_RC4, MSE_RC4, true],
  ])("selects a method: offered %i, accepted %i", (provide, accept, isEncrypted) => {
    const [a, b] = exchange(initiator({ provide }), responder({ accept }));
    expect([a?.ciphers !== undefined, b?.ciphers !== undefined]).toEqual([isEncrypted, isEncrypted]);
  });

  it("takes paddings of 0 and of 512 bytes", () => {
    for (const length of [0, 512]) {
      const pads = [pad(length), pad(length)] as const;
      const [a, b] = exchange(initiator({ pads }), responder({ pads }), 50);
      expect([a !== undefined, b !== undefined]).toEqual([true, true]);
    }
  });

  it("takes an initial payload of 0 and of 65,535 bytes, and refuses to send a longer one", () => {
    for (const length of [0, 65_535]) {
      const [, b] = exchange(initiator({ initialPayload: pad(length) }), responder(), 1_400);
      expect(b?.initialPayload).toEqual(pad(length));
    }
    expect(() => initiator({ initialPayload: pad(65_536) })).toThrow(expect.objectContaining({ code: "mse.payload" }));
  });

  it("returns the bytes that follow in the same chunk", () => {
    const a = initiator();
    const b = responder();
    const first = a.push(b.push(a.opening).send ?? pad(0));
    const result = b.push(concatBytes([first.send ?? pad(0), latin1("more")]));
    expect(result.result?.rest).toEqual(latin1("more"));
    expect(a.push(concatBytes([result.send ?? pad(0), pad(100_000)])).result?.rest).toEqual(pad(100_000));
  });
});

describe("MseInitiator", () => {
  it("refuses an invalid public key", () => {
    expect(() => initiator().push(new Uint8Array(96))).toThrow(expect.objectContaining({ code: "mse.key" }));
  });

  it("recognises a plain handshake", () => {
    const plain = encodeHandshake({ infoHash, peerId: infoHash });
    expect(() => initiator().push(plain)).toThrow(expect.objectContaining({ code: "mse.plain" }));
    const side = initiator();
    side.push(plain.subarray(0, 19));
    expect(() => side.push(plain.subarray(19, 20))).toThrow(expect.objectContaining({ code: "mse.plain" }));
  });

  it("finds VC after up to 512 bytes of padding, and gives up after them", () => {
    const { decrypt } = makeCiphers(hasher, "initiator", SECRET, infoHash);
    const vc = new Uint8Array(8);
    decrypt.apply(vc, vc);
    const key = new Uint8Array(96).fill(2);
    expect(() => initiator().push(concatBytes([key, new Uint8Array(512), vc]))).not.toThrow();
    const side = initiator();
    side.push(key);
    for (let sent = 0; sent < 519; sent++) side.push(new Uint8Array(1));
    expect(() => side.push(new Uint8Array(1))).toThrow(expect.objectContaining({ code: "mse.sync" }));
  });

  it.each([
    ["a method that was not offered", BOTH, 0, "mse.method"],
    ["no method", 0, 0, "mse.method"],
    ["plaintext where RC4 is required", MSE_PLAINTEXT, 0, "mse.method"],
    ["an unknown method", 0x8000_0002, 0, "mse.method"],
    ["a padding of 513 bytes", MSE_RC4, 513, "mse.padding"],
  ])("refuses %s", (_, select, padding, code) => {
    const { decrypt } = makeCiphers(hasher, "initiator", SECRET, infoHash);
    const reply = new Uint8Array(14);
    new DataView(reply.buffer).setUint32(8, select);
    writeUint16(reply, 12, padding);
    decrypt.apply(reply, reply);
    const bytes = concatBytes([new Uint8Array(96).fill(2), reply]);
    expect(() => initiator({ provide: MSE_RC4 }).push(bytes)).toThrow(expect.objectContaining({ code }));
  });
});

describe("MseResponder", () => {
  const opening = (): Uint8Array => new Uint8Array(96).fill(1);
  const named = (hash = mseTorrentHash(hasher, infoHash)): Uint8Array =>
    concatBytes([syncHash(hasher, SECRET), xorBytes(hash, torrentMask(hasher, SECRET))]);
  const header = (vc: number, provide: number, padding: number): Uint8Array => {
    const bytes = new Uint8Array(14);
    bytes[0] = vc;
    bytes[11] = provide;
    writeUint16(bytes, 12, padding);
    makeCiphers(hasher, "initiator", SECRET, infoHash).encrypt.apply(bytes, bytes);
    return bytes;
  };

  it("refuses an invalid public key", () => {
    expect(() => responder().push(new Uint8Array(96))).toThrow(expect.objectContaining({ code: "mse.key" }));
  });

  it("finds req1 after up to 512 bytes of padding, and gives up after them", () => {
    const bytes = concatBytes([opening(), new Uint8Array(512), named()]);
    expect(() => responder().push(bytes)).not.toThrow();
    const side = responder();
    side.push(opening());
    for (let sent = 0; sent < 531; sent++) side.push(new Uint8Array(1));
    expect(() => side.push(new Uint8Array(1))).toThrow(expect.objectContaining({ code: "mse.sync" }));
  });

  it("refuses a torrent that it does not have", () => {
    const bytes = concatBytes([opening(), named(mseTorrentHash(hasher, new Uint8Array(20)))]);
    expect(() => responder().push(bytes)).toThrow(expect.objectContaining({ code: "mse.unknown-torrent" }));
  });

  it.each([
    ["a verification constant that is not zero", header(1, BOTH, 0), BOTH, "mse.verification"],
    ["no method in common", header(0, MSE_PLAINTEXT, 0), MSE_RC4, "mse.method"],
    ["no known method", header(0, 4, 0), BOTH, "mse.method"],
    ["a padding of 513 bytes", header(0, BOTH, 513), BOTH, "mse.padding"],
  ])("refuses %s", (_, bytes, accept, code) => {
    const side = responder({ accept });
    side.push(concatBytes([opening(), named()]));
    expect(() => side.push(bytes)).toThrow(expect.objectContaining({ code }));
  });
});
