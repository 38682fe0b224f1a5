import { fnv1a } from "../../base/index.ts";
import { mix } from "../random.ts";

/** The time that data takes from host to host in the network, in addition to the lines of both hosts. */
export interface LatencyModel {
  /** Returns the time, in milliseconds, that data takes in one direction between two IP addresses. */
  oneWayMs(from: string, to: string): number;
}

/** Options of {@link internetLatency}. */
export interface InternetLatencyOptions {
  /** The seed of the round trips. Default: 1. */
  readonly seed?: number;
  /** The median round trip in milliseconds. Default: 100. */
  readonly medianMs?: number;
  /**
   * The standard deviation of the natural logarithm of the round trips. Default: 0.7, with which a tenth of the round
   * trips takes more than 245 ms, and a hundredth more than 510 ms.
   */
  readonly spread?: number;
  /** The shortest and longest round trip in milliseconds. Default: 4 and 3,000. */
  readonly minMs?: number;
  readonly maxMs?: number;
}

/**
 * Returns a latency model with round trips like those between hosts of the Internet: log-normally distributed, with a
 * long tail. Two addresses have the same round trip in every run with the same seed, and in both directions.
 */
export function internetLatency(options: InternetLatencyOptions = {}): LatencyModel {
  const { seed = 1, medianMs = 100, spread = 0.7, minMs = 4, maxMs = 3_000 } = options;
  return {
    oneWayMs: (from, to) => {
      const [a, b] = [fnv1a(from), fnv1a(to)];
      const pair = scramble(mix(mix(seed, Math.min(a, b)), Math.max(a, b)));
      const roundTrip = medianMs * Math.exp(spread * normal(pair));
      return Math.min(maxMs, Math.max(minMs, roundTrip)) / 2;
    },
  };
}

/** Returns a normally distributed number for 32 uniformly distributed bits (Box-Muller). */
function normal(bits: number): number {
  const radius = Math.sqrt(-2 * Math.log((bits + 1) / (2 ** 32 + 1)));
  return radius * Math.cos((2 * Math.PI * scramble(bits ^ 0x9e3779b9)) / 2 ** 32);
}

/** Mixes 32 bits, so that each bit of the result depends on all of them (the finaliser of MurmurHash3). */
function scramble(bits: number): number {
  let out = bits ^ (bits >>> 16);
  out = Math.imul(out, 0x85ebca6b);
  out ^= out >>> 13;
  out = Math.imul(out, 0xc2b2ae35);
  return (out ^ (out >>> 16)) >>> 0;
}
