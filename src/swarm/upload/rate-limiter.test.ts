import { describe, expect, it } from "vitest";
import { digest } from "../../../test/support/stage.ts";
import { simWorld, type World } from "../../sim/index.ts";
import { RateLimiter } from "./rate-limiter.ts";
import { RateMeter } from "../peer/rate-meter.ts";

/** Sends `size` bytes whenever the limiter is open; returns the bytes sent so far. */
function sender(limiter: RateLimiter, size: number): () => number {
  let sent = 0;
  const go = (): void => {
    while (limiter.isOpen) {
      limiter.charge(size);
      sent += size;
    }
    limiter.wait(go);
  };
  go();
  return () => sent;
}

const start = (): { world: World; clock: ReturnType<World["host"]>["runtime"]["clock"]; timers: () => number } => {
  const world = simWorld({ digest });
  const host = world.host("10.0.0.1");
  return { world, clock: host.runtime.clock, timers: () => host.timers };
};

describe("RateLimiter.burstBytes", () => {
  it("is a fifth of a second of the lower limit", () => {
    const { clock } = start();
    const parent = new RateLimiter(clock);
    const limiter = new RateLimiter(clock, undefined, parent);
    expect(limiter.burstBytes).toBe(Infinity);
    parent.setRate(50_000);
    expect(limiter.burstBytes).toBe(10_000);
    limiter.setRate(10_000);
    expect(limiter.burstBytes).toBe(2_000);
    parent.setRate(5_000);
    expect(limiter.burstBytes).toBe(1_000);
  });
});

describe("RateLimiter", () => {
  it.each([
    [1_000, 100],
    [50_000, 16_397],
    [10_000, 16_397],
    [10_000_000, 262_144],
  ])("passes exactly %i bytes a second in parts of %i", async (rate, size) => {
    const { world, clock } = start();
    const limiter = new RateLimiter(clock, rate);
    const sent = sender(limiter, size);
    await world.run(60_000);
    expect(sent()).toBeGreaterThan(60 * rate * 0.98 - size);
    expect(sent()).toBeLessThan(60.3 * rate + size);
    limiter.close();
  });

  it("keeps to the parent's rate, and shares it", async () => {
    const { world, clock } = start();
    const parent = new RateLimiter(clock, 100_000);
    const children = [
      new RateLimiter(clock, undefined, parent),
      new RateLimiter(clock, 20_000, parent),
      new RateLimiter(clock, undefined, parent),
    ];
    const sent = children.map((child) => sender(child, 5_000));
    await world.run(60_000);
    const [a = 0, b = 0, c = 0] = sent.map((each) => each());
    expect(Math.abs(a + b + c - 6_000_000)).toBeLessThan(100_000);
    expect(b).toBeLessThan(1_230_000);
    expect(Math.min(a, c)).toBeGreaterThan(1_500_000);
    for (const each of [parent, ...children]) each.close();
  });

  it("is open without a rate, and applies a new one at once", async () => {
    const { world, clock } = start();
    const limiter = new RateLimiter(clock);
    expect([limiter.isOpen, limiter.isLimited]).toEqual([true, false]);
    limiter.setRate(10);
    limiter.charge(1_000_000);
    let woken = 0;
    limiter.wait(() => woken++);
    await world.run(10_000);
    expect(woken).toBe(0);
    limiter.setRate(undefined);
    expect(woken).toBe(1);
  });

  it("drops all waiters when it is closed, and leaves no timer", async () => {
    const { world, clock, timers } = start();
    const limiter = new RateLimiter(clock, 10);
    limiter.charge(1_000);
    limiter.wait(() => expect.unreachable());
    expect(timers()).toBe(1);
    limiter.close();
    expect(timers()).toBe(0);
    await world.run(1_000_000);
  });
});

describe("RateMeter", () => {
  it("reaches a steady rate, and returns to 0 when no bytes are counted", () => {
    const meter = new RateMeter();
    for (let now = 1_000; now <= 30_000; now += 1_000) {
      meter.add(5_000);
      meter.tick(now);
    }
    expect(meter.rate).toBeCloseTo(5_000, -1);
    expect(meter.total).toBe(150_000);
    for (let now = 31_000; now <= 34_000; now += 1_000) meter.tick(now);
    expect(meter.rate).toBeGreaterThan(1_500);
    expect(meter.rate).toBeLessThan(2_200);
    for (let now = 35_000; now <= 100_000; now += 1_000) meter.tick(now);
    expect(meter.rate).toBe(0);
  });
});
