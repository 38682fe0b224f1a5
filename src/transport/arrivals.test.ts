import { describe, expect, it } from "vitest";
import { digest } from "../../test/support/stage.ts";
import { simWorld } from "../sim/index.ts";
import { Arrivals } from "./arrivals.ts";
import { ARRIVALS_BURST, ARRIVALS_PER_SECOND, NETWORK_ARRIVALS_FACTOR, SHARED_ARRIVALS_FACTOR } from "./limits.ts";

function start() {
  const world = simWorld({ digest });
  const arrivals = new Arrivals(world.host("10.0.0.1").runtime.clock);
  const come = (ip: string, times: number): number =>
    Array.from({ length: times }, () => arrivals.admit(ip)).filter(Boolean).length;
  return { world, come };
}

describe("Arrivals", () => {
  it("lets an address connect in a burst, and then at a rate", async () => {
    const { world, come } = start();
    expect(come("20.0.0.1", 1_000)).toBe(ARRIVALS_BURST);
    expect(come("20.0.0.2", 1)).toBe(1);
    await world.run(5_000);
    expect(come("20.0.0.1", 1_000)).toBe(5 * ARRIVALS_PER_SECOND);
  });

  it("counts a /64 of IPv6 as one address", () => {
    const { come } = start();
    const admitted = Array.from({ length: 2 * ARRIVALS_BURST }, (_, n) => come(`2a01:4f8:0:1:${n + 1}::1`, 1)).filter(
      Boolean,
    );
    expect(admitted).toHaveLength(ARRIVALS_BURST);
    expect(come("2a01:4f8:0:2::1", 1)).toBe(1);
  });

  it.each([
    ["a /24", (n: number) => `20.0.0.${n % 256}`],
    ["a /48 of IPv6", (n: number) => `2a01:4f8:0:${(n % 500).toString(16)}::1`],
  ])("counts %s as one network", (_what, at) => {
    const { come } = start();
    expect(Array.from({ length: 5_000 }, (_, n) => come(at(n), 1)).filter(Boolean)).toHaveLength(
      ARRIVALS_BURST * NETWORK_ARRIVALS_FACTOR,
    );
  });

  it("allows many more connections from a private address", () => {
    const { come } = start();
    expect(come("192.168.1.1", 10_000)).toBe(ARRIVALS_BURST * SHARED_ARRIVALS_FACTOR);
  });

  it("forgets the addresses whose last connection is oldest", () => {
    const { come } = start();
    expect(come("20.0.0.1", 1_000)).toBe(ARRIVALS_BURST);
    for (let n = 0; n < 9_000; n++) come(`21.${n >> 16}.${(n >> 8) & 255}.${n & 255}`, 1);
    expect(come("20.0.0.1", 1_000)).toBe(ARRIVALS_BURST);
  });
});
