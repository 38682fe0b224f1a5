import { describe, expect, it } from "vitest";
import { RateMeter } from "./rate-meter.ts";

/** A meter after seconds with the given numbers of bytes. */
function after(...seconds: readonly number[]): RateMeter {
  const meter = new RateMeter();
  seconds.forEach((bytes, at) => {
    meter.add(bytes);
    meter.tick((at + 1) * 1000);
  });
  return meter;
}

describe("RateMeter.rate", () => {
  it("counts the first sample in full and follows the later ones", () => {
    expect(after(1000).rate).toBe(1000);
    expect(after(1000, 3000).rate).toBeGreaterThan(1000);
    expect(after(1000, ...Array.from({ length: 60 }, () => 3000)).rate).toBeCloseTo(3000, 0);
  });

  it("falls, and is 0 when no bytes were counted for some seconds", () => {
    expect(after(5_000_000, 0, 0, 0).rate).toBeGreaterThan(1_000_000);
    expect(after(5_000_000, ...Array.from({ length: 8 }, () => 0)).rate).toBe(0);
  });

  it("stays above 0 with a limit that passes a block every few seconds", () => {
    const meter = after(...Array.from({ length: 60 }, (_, at) => (at % 5 === 0 ? 16_384 : 0)));
    expect(meter.rate).toBeGreaterThan(1000);
  });
});
