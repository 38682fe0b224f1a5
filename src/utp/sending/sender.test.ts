import { describe, expect, it } from "vitest";
import { MAX_PACKETS_IN_USE, MIN_PACKETS_SHARE } from "../limits.ts";
import { encodePacket, PacketType, ReceivedPacket, seqAfter } from "../packet.ts";
import { PacketPool } from "./out-packet.ts";
import { Sender } from "./sender.ts";

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

  acknowledge(ack: number, now: number, mask?: Uint8Array): void {
    const packet = new ReceivedPacket();
    const fields = { type: PacketType.state, id: 1, timestamp: 1, delay: 1, window: 100_000_000, seq: 1, ack };
    packet.read(encodePacket(fields, undefined, mask));
    if (!this.sender.onPacket(packet, now)) throw new Error("not plausible");
  }
}

describe("Sender", () => {
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
