import fc from "fast-check";
import { concatBytes } from "../src/base/index.ts";
import type { Message } from "../src/wire/index.ts";
import { MessageId } from "../src/wire/index.ts";

/** Generators that the wire's property tests share. */

const uint32 = fc.nat({ max: 0xffff_ffff });
const payload = fc.uint8Array({ maxLength: 300 });
const known = new Set<number>(Object.values(MessageId));

function tagged<T extends Message["type"]>(type: T): fc.Arbitrary<{ type: T }> {
  return fc.constant({ type });
}

function onPiece<T extends "have" | "suggest" | "allowed-fast">(type: T): fc.Arbitrary<{ type: T; piece: number }> {
  return uint32.map((piece) => ({ type, piece }));
}

function onSpan<T extends "request" | "cancel" | "reject">(
  type: T,
): fc.Arbitrary<{ type: T; piece: number; begin: number; length: number }> {
  return fc.record({ type: fc.constant(type), piece: uint32, begin: uint32, length: uint32 });
}

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
const range = { root: hash, baseLayer: uint32, index: uint32, length: uint32, proofLayers: uint32 };

/** Any message, `piece` with its block included. */
export const anyMessage: fc.Arbitrary<Message> = fc.oneof(
  tagged("keep-alive"),
  tagged("choke"),
  tagged("unchoke"),
  tagged("interested"),
  tagged("not-interested"),
  tagged("have-all"),
  tagged("have-none"),
  onPiece("have"),
  onPiece("suggest"),
  onPiece("allowed-fast"),
  onSpan("request"),
  onSpan("cancel"),
  onSpan("reject"),
  fc.record({ type: fc.constant("bitfield" as const), bits: payload }),
  fc.record({ type: fc.constant("piece" as const), piece: uint32, begin: uint32, block: payload }),
  fc.record({ type: fc.constant("hash-request" as const), ...range }),
  fc.record({ type: fc.constant("hash-reject" as const), ...range }),
  fc.record({
    type: fc.constant("hashes" as const),
    ...range,
    hashes: fc.array(hash, { maxLength: 6 }).map((hashes) => concatBytes(hashes)),
  }),
  fc.record({ type: fc.constant("port" as const), port: fc.nat({ max: 0xffff }) }),
  fc.record({ type: fc.constant("extended" as const), id: fc.nat({ max: 0xff }), payload }),
  fc.record({
    type: fc.constant("unknown" as const),
    id: fc.nat({ max: 0xff }).filter((id) => !known.has(id)),
    payload,
  }),
);

/** `bytes` cut in chunks: `cuts` are the lengths, used in turn. */
export function chunked(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const length = Math.max(1, cuts[i % cuts.length] ?? bytes.length);
    out.push(bytes.subarray(at, at + length));
    at += length;
  }
  return out;
}

/** Lengths of the chunks of a stream. */
export const anyCuts: fc.Arbitrary<number[]> = fc.array(
  fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 400 })),
  {
    minLength: 1,
    maxLength: 12,
  },
);
