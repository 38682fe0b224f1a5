import { describe, expect, it } from "vitest";
import { MAX_PACKETS_IN_USE, MIN_PACKETS_SHARE } from "../limits.ts";
import { encodePacket, PacketType, ReceivedPacket, seqAfter } from "../packet.ts";
import { PacketPool } from "./out-packet.ts";
import { Sender } from "./sender.ts";

function state(ack: number, window: number, mask?: Uint8Array): ReceivedPacket {
  const packet = new ReceivedPacket();
  packet.read(
    encodePacket({ type: PacketType.state, id: 1, timestamp: 1, delay: 1, window, seq: 1, ack }, undefined, mask),
  );
  return packet;
}

/** A sender with a queue that has no end, and its peer. */
class Flow {
  readonly sender: Sender;
  readonly sent: { readonly seq: number; readonly length: number }[] = [];

  constructor(pool: PacketPool) {
    this.sender = new Sender({
      pool,
      seq: 1,
      maxPacketBytes: 1_400,
      transmit: (packet, seq) => this.sent.push({ seq, length: packet.bytes.length }),
      onDrain: () => undefined,
    });
    this.sender.write(new Uint8Array(100_000_000), undefined);
  }

  /** Sends all that may be sent; returns the number of packets. */
  pump(now: number): number {
    const before = this.sent.length;
    while (this.sender.pump(now)) continue;
    return this.sent.length - before;
  }

  acknowledge(ack: number, now: number): void {
    if (!this.sender.onPacket(state(ack, 100_000_000), now)) throw new Error("not plausible");
  }
}

describe("Sender", () => {
  it.each([1, 3, 4, 5])("reads selective acknowledgements of %i bytes, as libtorrent sends them", (length) => {
    const { sender, sent } = new Flow(new PacketPool());
    sender.onPacket(state(0, 6 * 1_180), 0);
    sender.pump(0);
    // Packet 1 is lost, 2 to 4 have arrived.
    const mask = new Uint8Array(length);
    mask[0] = 0b111;
    sender.onPacket(state(0, 6 * 1_180, mask), 10);
    sender.pump(10);
    expect(sent.at(6)).toEqual({ seq: 1, length: 1_200 });
  });

  it("goes on with the search for the length of packets when it sends a probe again without padding", () => {
    const { sender, sent } = new Flow(new PacketPool());
    const window = 6 * 1_180;
    const acknowledge = (ack: number, now: number, mask?: Uint8Array): void => {
      sender.onPacket(state(ack, window, mask), now);
    };
    acknowledge(0, 0);
    sender.pump(0);
    expect(sent.map(({ length }) => length)).toEqual([1_200, 1_200, 1_200, 1_200, 1_400, 1_200]);
    // The probe, packet 5, is lost; the only later one has arrived.
    acknowledge(4, 100, Uint8Array.of(1, 0, 0, 0));
    sender.onTime(sender.deadline);
    expect(sent.at(-1)).toEqual({ seq: 5, length: 1_200 });
    acknowledge(6, 500);
    sender.pump(500);
    expect(sent.slice(-6).map(({ length }) => length)).toContain(1_400);
  });

  it("shares the packets of a transport with others that are never acknowledged", () => {
    const pool = new PacketPool();
    const flows = Array.from({ length: 60 }, () => new Flow(pool));
    const last = flows.map((flow) => {
      let now = 0;
      let count = 0;
      // The congestion window doubles; then nothing is acknowledged any more.
      for (let round = 0; round < 12; round++) {
        flow.acknowledge(seqAfter(flow.sender.next, -1), (now += 10));
        count = flow.pump(now);
      }
      return count;
    });
    expect(pool.taken).toBeLessThanOrEqual(MAX_PACKETS_IN_USE + flows.length * MIN_PACKETS_SHARE);
    expect(last[0]).toBeGreaterThan(2_000);
    expect(last[59]).toBeGreaterThanOrEqual(MIN_PACKETS_SHARE);
    for (const { sender } of flows) sender.clear();
    expect(pool.taken).toBe(0);
  });
});
