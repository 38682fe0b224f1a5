import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { equalBytes } from "../src/base/index.ts";
import {
  encodePacket,
  isUtpPacket,
  MAX_RECEIVE_WINDOW,
  PacketPool,
  PacketType,
  ReceivedPacket,
  StoredBudget,
  UtpCore,
  type PacketHeader,
} from "../src/utp/index.ts";
import { mutations } from "./mutate.ts";

/** FUZZ_RUNS=1000000 runs longer. */
const RUNS = { numRuns: Number(process.env["FUZZ_RUNS"] ?? 2_000) };

const uint16 = fc.nat({ max: 0xffff });
const uint32 = fc.nat({ max: 0xffff_ffff });
const header: fc.Arbitrary<PacketHeader> = fc.record({
  type: fc.constantFrom(...Object.values(PacketType)),
  id: uint16,
  timestamp: uint32,
  delay: uint32,
  window: uint32,
  seq: uint16,
  ack: uint16,
});
const payload = fc.uint8Array({ maxLength: 200 });
const selectiveAck = fc.uint8Array({ maxLength: 255 });

describe("packets of uTP", () => {
  it("are read as they were written", () => {
    fc.assert(
      fc.property(header, payload, selectiveAck, (fields, bytes, mask) => {
        const packet = new ReceivedPacket();
        const encoded = encodePacket(fields, bytes, mask);
        expect([packet.read(encoded), isUtpPacket(encoded)]).toEqual([true, true]);
        expect(packet).toMatchObject(fields);
        expect(equalBytes(packet.payload, bytes)).toBe(true);
        expect(equalBytes(packet.selectiveAck, mask)).toBe(true);
      }),
      RUNS,
    );
  });

  it("of any bytes are read or refused, within the datagram", () => {
    const seeds = [
      encodePacket(
        { type: PacketType.data, id: 1, timestamp: 2, delay: 3, window: 4, seq: 5, ack: 6 },
        new Uint8Array(9),
      ),
      encodePacket(
        { type: PacketType.state, id: 1, timestamp: 2, delay: 3, window: 4, seq: 5, ack: 6 },
        new Uint8Array(),
        new Uint8Array(8).fill(0xa5),
      ),
    ];
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), mutations(seeds)), (bytes) => {
        const packet = new ReceivedPacket();
        const isRead = packet.read(bytes);
        const end = Math.max(packet.payloadAt, packet.sackAt + packet.sackLength);
        expect(!isRead || end <= bytes.length).toBe(true);
      }),
      RUNS,
    );
  });
});

/** What a peer does to a connection: a packet near the valid numbers, a step of the time, or a call of the owner. */
type Step =
  | { readonly kind: "packet"; readonly fields: PacketHeader; readonly bytes: Uint8Array; readonly mask: Uint8Array }
  | { readonly kind: "time"; readonly ms: number }
  | { readonly kind: "call"; readonly name: "write" | "pause" | "resume" | "flush" | "end" | "destroy" };

const near = fc.oneof(fc.integer({ min: -3, max: 40 }), fc.integer({ min: -40_000, max: 40_000 }));
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("packet" as const),
      fields: fc.record({
        type: fc.constantFrom(PacketType.data, PacketType.data, PacketType.state, PacketType.fin, PacketType.reset),
        id: uint16,
        timestamp: uint32,
        delay: uint32,
        window: fc.oneof(uint32, fc.nat({ max: 3_000 })),
        seq: near,
        ack: near,
      }),
      bytes: payload,
      mask: selectiveAck,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("time" as const), ms: fc.nat({ max: 20_000 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("call" as const),
      name: fc.constantFrom("write", "write", "pause", "resume", "flush", "flush", "end", "destroy"),
    }),
  },
);

/** A call of the owner after the end, and the peer's end with a payload: it must not reach the owner. */
const resumedAfterEnd: Step[] = [
  { kind: "call", name: "destroy" },
  { kind: "call", name: "resume" },
  {
    kind: "packet",
    fields: { type: PacketType.fin, id: 0, timestamp: 0, delay: 0, window: 0, seq: 1, ack: 0 },
    bytes: new Uint8Array(1),
    mask: new Uint8Array(),
  },
];

describe("a connection of uTP", () => {
  it("stays within its bounds, ends once, and never throws, whatever its peer sends", () => {
    fc.assert(
      fc.property(
        uint16,
        fc.option(uint16, { nil: undefined }),
        fc.array(step, { maxLength: 60 }),
        (seq, syn, steps) => {
          const budget = new StoredBudget();
          const all = budget.left;
          const faults: string[] = [];
          let [now, closed, sent, unsettled] = [1_000, 0, 0, 0];
          const core = new UtpCore({
            owner: {
              send: (packet) => {
                sent++;
                if (packet.length > 1_472) faults.push(`a packet of ${packet.length} bytes`);
              },
              onConnected: () => undefined,
              onData: () => void (closed === 0 || faults.push("data after the end")),
              onDrain: () => undefined,
              onClose: (_error, unsent) => {
                closed++;
                for (const onFlushed of unsent) onFlushed();
              },
            },
            pool: new PacketPool(),
            budget,
            receiveId: 7,
            seq,
            synSeq: syn,
            maxPacketBytes: 1_472,
            receiveWindow: 200_000,
            now,
          });
          const packet = new ReceivedPacket();
          for (const each of steps) {
            if (each.kind === "time") {
              now += each.ms;
              if (now >= core.deadline) core.onTime(now);
            } else if (each.kind === "packet") {
              const fields = {
                ...each.fields,
                seq: ((syn ?? 0) + each.fields.seq) & 0xffff,
                ack: (seq + each.fields.ack) & 0xffff,
              };
              const before = sent;
              packet.read(encodePacket(fields, each.bytes, each.mask));
              core.receive(packet, now);
              // A packet causes at most one reply at once, and one more when the connection ends.
              if (sent - before > 2) faults.push(`${sent - before} packets for one`);
            } else if (each.name === "write") {
              if (closed === 0) {
                unsettled++;
                core.write(new Uint8Array(5_000), () => unsettled--);
              }
            } else if (each.name === "destroy") core.destroy(undefined, now, "linger");
            else if (each.name === "flush") core.flush(now);
            else core[each.name]();
            if (all - budget.left > MAX_RECEIVE_WINDOW) faults.push("stored too much");
          }
          for (let rounds = 0; rounds < 100 && core.state !== "over"; rounds++) {
            now += 10_000;
            if (now >= core.deadline) core.onTime(now);
            core.flush(now);
          }
          core.drop();
          expect([closed, budget.left, unsettled, faults]).toEqual([1, all, 0, []]);
        },
      ),
      { ...RUNS, examples: [[0, 0, resumedAfterEnd]] },
    );
  });
});
