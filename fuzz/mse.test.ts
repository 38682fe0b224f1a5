import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concatBytes, PeerError, toHex, type KeyPair, type SyncHasher } from "../src/base/index.ts";
import { MSE_PLAINTEXT, MSE_RC4, MseInitiator, MseResponder, mseTorrentHash, type MseStep } from "../src/wire/index.ts";
import { mutations } from "./mutate.ts";

/** FUZZ_RUNS=1000000 runs longer. */
const RUNS = { numRuns: Number(process.env["FUZZ_RUNS"] ?? 1_000) };

const infoHash = new Uint8Array(20).fill(3);
const hasher: SyncHasher = {
  digestSync: (algorithm, bytes) => new Uint8Array(createHash(algorithm).update(bytes).digest()),
};
/** All keys lead to one secret, so that recorded bytes are valid for every handshake. */
const keys: KeyPair = {
  publicKey: new Uint8Array(96).fill(7),
  secret: (key) => (key.every((byte) => byte === 0) ? undefined : new Uint8Array(96).fill(9)),
};
const wanted = toHex(mseTorrentHash(hasher, infoHash));

interface Side {
  push(chunk: Uint8Array): MseStep;
}
const padOf = (length: number): Uint8Array => new Uint8Array(length).fill(length);

function initiator(pads: readonly [number, number] = [3, 5], provide = MSE_RC4 | MSE_PLAINTEXT): MseInitiator {
  const options = { hasher, keys, infoHash, provide, initialPayload: padOf(68) };
  return new MseInitiator({ ...options, pads: [padOf(pads[0]), padOf(pads[1])] });
}

function responder(pads: readonly [number, number] = [3, 5], accept = MSE_RC4 | MSE_PLAINTEXT): MseResponder {
  const findTorrent = (hash: Uint8Array): Uint8Array | undefined => (toHex(hash) === wanted ? infoHash : undefined);
  return new MseResponder({ hasher, keys, findTorrent, accept, pads: [padOf(pads[0]), padOf(pads[1])] });
}

/** All bytes that each side sends in valid handshakes. */
const recorded = [
  [0, 0],
  [1, 512],
  [512, 1],
  [40, 40],
].map(([first = 0, second = 0]) => {
  const [a, b] = [initiator([first, second]), responder([first, second])];
  const key = b.push(a.opening).send ?? padOf(0);
  const request = a.push(key).send ?? padOf(0);
  const reply = b.push(request).send ?? padOf(0);
  return {
    toResponder: concatBytes([a.opening, request, padOf(30)]),
    toInitiator: concatBytes([key, reply, padOf(30)]),
  };
});

/** Feeds the parts to one side: all that it returns, or the code of its PeerError. Other errors pass. */
function feed(side: Side, parts: readonly Uint8Array[]): unknown {
  const sent: string[] = [];
  for (const [index, part] of parts.entries()) {
    try {
      const { send, result } = side.push(part);
      if (send !== undefined) sent.push(toHex(send));
      if (result === undefined) continue;
      const late = parts
        .slice(index + 1)
        .map(toHex)
        .join("");
      return [sent.join(""), toHex(result.initialPayload), toHex(result.rest) + late, result.ciphers !== undefined];
    } catch (error) {
      if (error instanceof PeerError) return error.code;
      throw error;
    }
  }
  return sent.join("");
}

function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    parts.push(bytes.subarray(at, at + size));
    at += size;
  }
  return parts;
}

const sizes = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 20 });
const methods = fc.constantFrom(MSE_RC4, MSE_PLAINTEXT, MSE_RC4 | MSE_PLAINTEXT);

describe.each([
  ["MseInitiator", (method: number): Side => initiator([3, 5], method), recorded.map((each) => each.toInitiator)],
  ["MseResponder", (method: number): Side => responder([3, 5], method), recorded.map((each) => each.toResponder)],
] as const)("%s", (_name, make, streams) => {
  it("ends the handshake or throws a PeerError for any bytes, the same in any parts", () => {
    const bytes = fc.oneof({ weight: 4, arbitrary: mutations(streams) }, fc.uint8Array({ maxLength: 2_000 }));
    fc.assert(
      fc.property(bytes, sizes, methods, (stream, lengths, method) => {
        expect(feed(make(method), cut(stream, lengths))).toEqual(feed(make(method), [stream]));
      }),
      RUNS,
    );
  });

  it("ends within the bounds of the specification", () => {
    const noise = fc.uint8Array({ minLength: 1_200, maxLength: 1_300 });
    fc.assert(
      fc.property(noise, sizes, (stream, lengths) => {
        expect(feed(make(MSE_RC4), cut(stream, lengths))).toMatch(/^mse\./);
      }),
      RUNS,
    );
  });
});
