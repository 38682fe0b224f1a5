import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { internetLatency, simWorld } from "../index.ts";

const ip = (at: number): string => `20.${at >> 8}.${at & 255}.7`;

/** Returns the round trips of `count` pairs of addresses, in ascending order. */
function roundTrips(count: number, options = {}): number[] {
  const latency = internetLatency(options);
  const all = Array.from({ length: count }, (_, at) => 2 * latency.oneWayMs(ip(at), ip(at + 7 * (1 + (at % 50)))));
  return all.sort((a, b) => a - b);
}

const at = (sorted: readonly number[], share: number): number => sorted[Math.floor(share * sorted.length)] ?? 0;

describe("internetLatency", () => {
  it("gives log-normal round trips with a long tail, within bounds", () => {
    const all = roundTrips(20_000);
    for (const [share, ms] of [
      [0.1, 41],
      [0.5, 100],
      [0.9, 245],
      [0.99, 510],
    ] as const)
      expect(Math.abs(at(all, share) / ms - 1)).toBeLessThan(0.06);
    const bounded = roundTrips(5_000, { medianMs: 20, spread: 2, minMs: 10, maxMs: 50 });
    expect([bounded[0], bounded.at(-1)]).toEqual([10, 50]);
  });

  it("gives a pair of addresses the same round trip in both directions and in every run of a seed", () => {
    const [a, b, other] = [internetLatency({ seed: 5 }), internetLatency({ seed: 5 }), internetLatency({ seed: 6 })];
    const way = a.oneWayMs(ip(1), ip(2));
    expect([a.oneWayMs(ip(2), ip(1)), b.oneWayMs(ip(1), ip(2))]).toEqual([way, way]);
    expect(other.oneWayMs(ip(1), ip(2))).not.toBe(way);
    expect(a.oneWayMs(ip(1), ip(3))).not.toBe(way);
  });

  it("is the time that datagrams and connections of a world take", async () => {
    const world = simWorld({
      digest: (algorithm, bytes) => createHash(algorithm).update(bytes).digest(),
      latency: { oneWayMs: () => 70 },
    });
    const [near, far] = [world.host("20.0.0.1"), world.host("20.0.0.2", { latencyMs: 5 })];
    let arrivedAt = 0;
    await far.runtime.datagrams.bind({ ip: far.ip, port: 9, onDatagram: () => (arrivedAt = world.now) });
    const socket = await near.runtime.datagrams.bind({ ip: near.ip, port: 9, onDatagram: () => undefined });
    socket.send(new Uint8Array(10), { ip: far.ip, port: 9 });
    await world.run(100);
    expect(arrivedAt).toBe(75);
    await far.runtime.net.listen({ ip: "::", port: 80, onSocket: () => undefined });
    await world.settled(near.runtime.net.connect({ ip: far.ip, port: 80, timeoutMs: 1_000 }), 1_000);
    expect(world.now).toBe(250);
  });
});
