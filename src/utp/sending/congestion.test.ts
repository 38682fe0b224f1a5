import { describe, expect, it } from "vitest";
import { Congestion } from "./congestion.ts";

describe("Congestion", () => {
  it("takes a loss near the target delay as congestion after a pause of the host", () => {
    const congestion = new Congestion(1_200);
    const ack = (now: number, queueingMs: number): void =>
      congestion.onAck({ now, ackedBytes: 12_000, roundTripMs: 20, queueingMs, wasFull: true });
    for (let now = 0; now < 1_000; now += 20) ack(now, 5);
    ack(1_000, 500);
    for (let now = 1_020; now < 2_000; now += 20) ack(now, 90);
    const { window } = congestion;
    congestion.onLoss(1_200, 2_000, 20);
    expect(congestion.window).toBe(window / 2);
  });
});
