import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InfoHash, PeerError, concatBytes, latin1, unreachable, writeUint32 } from "../src/base/index.ts";
import { encode } from "../src/bencode/index.ts";
import type { Message, MessageSink } from "../src/wire/index.ts";
import {
  HandshakeDecoder,
  MAX_BLOCK_LENGTH,
  MAX_PEX_PEERS,
  MetadataAssembler,
  MessageDecoder,
  NO_PEX_FLAGS,
  decodeExtendedHandshake,
  decodeExtension,
  decodeMessage,
  encodeExtendedHandshake,
  encodeHandshake,
  encodeMessages,
  formatClient,
  formatMessage,
  utMetadata,
  utHolepunch,
  utPex,
} from "../src/wire/index.ts";
import { anyCuts, chunked } from "./wire-arbitrary.ts";

/*
 * Valid input with bytes flipped, inserted, deleted, doubled and cut off, in every decoder of the wire. The result is
 * always values or a PeerError, in bounded memory. FUZZ_RUNS=100000 runs longer; fast-check prints the seed of a
 * failure.
 */
const numRuns = Number(process.env["FUZZ_RUNS"] ?? 400);

type Mutation =
  | { readonly kind: "flip"; readonly at: number; readonly value: number }
  | { readonly kind: "word"; readonly at: number; readonly value: number }
  | { readonly kind: "insert"; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: "remove"; readonly at: number; readonly length: number }
  | { readonly kind: "double"; readonly at: number; readonly length: number }
  | { readonly kind: "cut"; readonly at: number };

const at = fc.nat({ max: 0xffff });
const nasty = fc.constantFrom(
  0,
  1,
  9,
  13,
  0x3fff,
  0x4000,
  0x4001,
  MAX_BLOCK_LENGTH + 9,
  0x10_0000,
  0x10_0001,
  0x7fff_ffff,
  0xffff_ffff,
);
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ kind: fc.constant("flip" as const), at, value: fc.integer({ min: 1, max: 255 }) }),
  fc.record({ kind: fc.constant("word" as const), at, value: nasty }),
  fc.record({ kind: fc.constant("insert" as const), at, bytes: fc.uint8Array({ minLength: 1, maxLength: 20 }) }),
  fc.record({ kind: fc.constant("remove" as const), at, length: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: fc.constant("double" as const), at, length: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: fc.constant("cut" as const), at }),
);
const mutations = fc.array(mutation, { maxLength: 6 });

function mutate(seed: Uint8Array, steps: readonly Mutation[]): Uint8Array {
  return steps.reduce((bytes, step) => mutateOnce(bytes, step, bytes.length === 0 ? 0 : step.at % bytes.length), seed);
}

function mutateOnce(bytes: Uint8Array, step: Mutation, position: number): Uint8Array {
  const before = bytes.slice(0, position);
  const after = bytes.slice(position);
  switch (step.kind) {
    case "flip":
      after[0] = (after[0] ?? 0) ^ step.value;
      return concatBytes([before, after]);
    case "word":
      writeUint32(after, 0, step.value);
      return concatBytes([before, after]);
    case "insert":
      return concatBytes([before, step.bytes, after]);
    case "remove":
      return concatBytes([before, after.slice(step.length)]);
    case "double":
      return concatBytes([before, after.slice(0, step.length), after]);
    case "cut":
      return before;
    default:
      return unreachable(step);
  }
}

/** `"fine"`, or the code of the PeerError that `run` throws; passes any other error on, which fails the test. */
function outcome(run: () => void): string {
  try {
    run();
  } catch (error) {
    if (!(error instanceof PeerError) || error.message.includes("\n")) throw error;
    return error.code;
  }
  return "fine";
}

const LEGAL = /^(?:fine|wire\.[a-z-]+)$/;

const info = new Uint8Array(40_000).fill(7);
const extendedHandshake = encodeExtendedHandshake({
  extensions: new Map([
    ["ut_metadata", 1],
    ["ut_pex", 2],
  ]),
  port: 6881,
  client: "Millrace 0.1.0",
  requestQueue: 500,
  yourIp: "203.0.113.7",
  ipv6: "2001:db8::1",
  metadataSize: info.length,
  uploadOnly: false,
});
const metadataSeeds = [
  utMetadata.encode({ type: "request", piece: 1 }),
  utMetadata.encode({ type: "data", piece: 0, totalSize: info.length, data: info.subarray(0, 300) }),
  utMetadata.encode({ type: "reject", piece: 2 }),
];
const pexFlags = { ...NO_PEX_FLAGS, prefersEncryption: true, supportsUtp: true, isReachable: true };
const pexSeed = utPex.encode({
  added: [
    { ip: "203.0.113.7", port: 6881, flags: pexFlags },
    { ip: "203.0.113.8", port: 6882, flags: pexFlags },
    { ip: "2001:db8::1", port: 6881, flags: pexFlags },
  ],
  dropped: [
    { ip: "203.0.113.9", port: 6881 },
    { ip: "2001:db8::2", port: 6881 },
  ],
});
const punchSeed = utHolepunch.encode({ type: "connect", endpoint: { ip: "2001:db8::1", port: 6881 } });
const conversation: Message[] = [
  { type: "bitfield", bits: Uint8Array.of(0xff, 0xf0) },
  { type: "extended", id: 0, payload: extendedHandshake },
  { type: "unchoke" },
  { type: "interested" },
  { type: "request", piece: 1, begin: 0, length: 16_384 },
  { type: "piece", piece: 1, begin: 0, block: new Uint8Array(700).fill(1) },
  { type: "keep-alive" },
  { type: "have", piece: 9 },
  { type: "have-all" },
  { type: "allowed-fast", piece: 3 },
  { type: "suggest", piece: 3 },
  { type: "reject", piece: 1, begin: 0, length: 16_384 },
  { type: "port", port: 6881 },
  { type: "cancel", piece: 1, begin: 0, length: 16_384 },
  { type: "extended", id: 1, payload: metadataSeeds[1] ?? new Uint8Array(0) },
  { type: "choke" },
];

/** Records the calls of a sink. */
class Auditor implements MessageSink {
  readonly trace: string[] = [];
  #open: string | undefined;

  onMessage(message: Message): void {
    assert.equal(this.#open, undefined);
    this.trace.push(formatMessage(message));
    if (message.type !== "extended") return;
    const code = outcome(
      () =>
        void (message.id === 0
          ? decodeExtendedHandshake(message.payload)
          : decodeExtension(utMetadata, message.payload)),
    );
    this.trace.push(code);
  }

  onBlockStart(piece: number, begin: number, length: number): Uint8Array | undefined {
    assert.ok(length <= MAX_BLOCK_LENGTH);
    assert.equal(this.#open, undefined);
    this.#open = `${piece}/${begin}/${length}`;
    return piece % 2 === 0 ? undefined : new Uint8Array(length);
  }

  onBlockEnd(piece: number, begin: number, length: number, stored: boolean): void {
    assert.equal(this.#open, `${piece}/${begin}/${length}`);
    this.#open = undefined;
    assert.equal(stored, piece % 2 !== 0);
    this.trace.push(`block ${piece}/${begin}/${length}`);
  }
}

describe("the wire under fuzzing", () => {
  it("MessageDecoder returns the same messages and the same error in any chunks", () => {
    const seed = encodeMessages(conversation);
    const run = (chunks: readonly Uint8Array[]): unknown => {
      const sink = new Auditor();
      const decoder = new MessageDecoder(sink, { pieceCount: 12 });
      const code = outcome(() => chunks.forEach((chunk) => decoder.push(chunk)));
      return [sink.trace, code];
    };
    fc.assert(
      fc.property(mutations, anyCuts, (steps, cuts) => {
        const stream = mutate(seed, steps);
        expect(run(chunked(stream, cuts))).toEqual(run([stream]));
      }),
      { numRuns },
    );
  });

  it("decodeMessage decodes or rejects any mutation", () => {
    const seeds = fc.constantFrom(...conversation.map((message) => encodeMessages([message])));
    fc.assert(
      fc.property(seeds, mutations, (seed, steps) => {
        expect(outcome(() => void formatMessage(decodeMessage(mutate(seed, steps))))).toMatch(LEGAL);
      }),
      { numRuns },
    );
  });

  it("HandshakeDecoder decodes or rejects any mutation, and client names have no control characters", () => {
    const seed = encodeHandshake({
      infoHash: new Uint8Array(20),
      peerId: latin1("-qB4520-abcdefghijkl"),
      reserved: { extended: true },
    });
    fc.assert(
      fc.property(mutations, anyCuts, (steps, cuts) => {
        const decoder = new HandshakeDecoder();
        let client = "none";
        const code = outcome(() => {
          for (const chunk of chunked(mutate(seed, steps), cuts)) {
            const done = decoder.push(chunk);
            if (done === undefined) continue;
            client = formatClient(done.handshake.peerId);
            return;
          }
        });
        expect(code).toMatch(LEGAL);
        expect(client).toMatch(/^[\x20-\x7eµ]+$/);
      }),
      { numRuns },
    );
  });

  it("decodeExtendedHandshake, utMetadata, utPex and utHolepunch decode or reject any mutation", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(extendedHandshake, ...metadataSeeds, pexSeed, punchSeed),
        mutations,
        (seed, steps) => {
          const payload = mutate(seed, steps);
          expect(outcome(() => void decodeExtendedHandshake(payload))).toMatch(LEGAL);
          expect(outcome(() => void decodeExtension(utMetadata, payload))).toMatch(LEGAL);
          expect(outcome(() => void decodeExtension(utPex, payload))).toMatch(LEGAL);
          expect(outcome(() => void decodeExtension(utHolepunch, payload))).toMatch(LEGAL);
        },
      ),
      { numRuns },
    );
  });

  it("utPex returns a bounded number of peers with flags, or rejects", () => {
    const many = fc.nat({ max: 120 });
    fc.assert(
      fc.property(many, many, fc.uint8Array({ maxLength: 200 }), mutations, (four, six, flags, steps) => {
        const payload = encode({
          added: new Uint8Array(6 * four).fill(9),
          "added.f": flags,
          added6: new Uint8Array(18 * six).fill(9),
          dropped: new Uint8Array(6 * six).fill(8),
        });
        const code = outcome(() => {
          const message = utPex.decode(mutate(payload, steps));
          expect(message.added.length).toBeLessThanOrEqual(2 * MAX_PEX_PEERS);
          expect(message.dropped.length).toBeLessThanOrEqual(2 * MAX_PEX_PEERS);
          for (const { flags: read } of message.added) expect(Object.values(read)).toHaveLength(5);
        });
        expect(code).toMatch(steps.length === 0 ? /^fine$/ : LEGAL);
      }),
      { numRuns },
    );
  });

  it("MetadataAssembler returns only the true metadata, for any messages at any time", () => {
    const sha1 = (_: string, bytes: Uint8Array): Uint8Array => createHash("sha1").update(bytes).digest();
    const infoHash = InfoHash.fromBytes(new Uint8Array(sha1("", info)));
    const event = fc.record({
      peer: fc.nat({ max: 3 }),
      action: fc.constantFrom("join", "leave", "answer", "lie", "reject", "misfit", "wait"),
      size: fc.constantFrom(info.length, 16_384, 100, 33_554_432, 33_554_433),
      piece: fc.nat({ max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const assembler = new MetadataAssembler<number>({ infoHash, hasher: { digestSync: sha1 } });
        let now = 0;
        for (const { peer, action, size, piece } of events) {
          now += action === "wait" ? 20_000 : 5;
          if (action === "join") assembler.addPeer(peer, size);
          if (action === "leave") assembler.removePeer(peer);
          expect(assembler.requests(now).every((request) => request.piece < 2048)).toBe(true);
          if (action === "join" || action === "leave" || action === "wait") continue;
          const truth = info.subarray(piece * 16_384, (piece + 1) * 16_384);
          const data =
            action === "answer" ? truth : action === "lie" ? truth.map((byte) => byte ^ 1) : new Uint8Array(5);
          let metadata: Uint8Array = info;
          const code = outcome(() => {
            const message =
              action === "reject"
                ? ({ type: "reject", piece } as const)
                : ({ type: "data", piece, totalSize: undefined, data } as const);
            const result = assembler.onMessage(peer, message, now);
            if (result.type === "complete") metadata = result.metadata;
          });
          expect(code).toMatch(LEGAL);
          expect(Buffer.compare(metadata, info)).toBe(0);
        }
      }),
      { numRuns },
    );
  });
});
