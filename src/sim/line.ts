import { formatEndpoint, type Endpoint } from "../base/index.ts";
import type { EventQueue } from "./events.ts";
import type { SeededRandom } from "./random.ts";

/** Records an event: a line of text, which is only made when it is needed, and a number for the fingerprint. */
export type Trace = (line: () => string, value: number) => void;

/** The speed, delay and loss of the line between a host and the network. */
export interface LineOptions {
  /** The upload rate in bytes a second. Default: 12,500,000 (100 Mbit/s). */
  readonly up?: number;
  /** The download rate in bytes a second. Default: 12,500,000. */
  readonly down?: number;
  /**
   * Milliseconds from this host to the middle of the network. The way from host to host is the sum for both lines.
   * Default: 10.
   */
  readonly latencyMs?: number;
  /** The probability that a segment breaks its TCP connection, 0 to 1. Default: 0. */
  readonly breakage?: number;
  /** The probability that a datagram is lost, 0 to 1. Default: 0. */
  readonly loss?: number;
  /** The local network that the host is in: multicast reaches its other hosts. Default: none. */
  readonly lan?: string;
}

const DEFAULT_RATE = 12_500_000;
const DEFAULT_LATENCY_MS = 10;

/** The outcome of a transmission. */
export type Fate = "arrived" | "lost" | "broken";

/** The line between a host and the network. All that the host sends and receives shares it. */
export class Line {
  /**
   * Whether the cable is unplugged, so that no data arrives or leaves. TCP connections that lose data because of it
   * never recover.
   */
  isUnplugged = false;
  /** The TCP connections of the present process. */
  readonly sockets = new Set<{ vanish(): void }>();
  readonly #options: LineOptions;
  readonly #events: EventQueue;
  readonly #random: SeededRandom;
  readonly #trace: Trace;
  #upFree = 0;
  #downFree = 0;

  constructor(options: LineOptions, events: EventQueue, random: SeededRandom, trace: Trace) {
    this.#options = options;
    this.#events = events;
    this.#random = random;
    this.#trace = trace;
  }

  get latencyMs(): number {
    return this.#options.latencyMs ?? DEFAULT_LATENCY_MS;
  }

  later(ms: number, run: () => void): void {
    this.#events.add(ms, run);
  }

  /** Sends `bytes` up the line, after all earlier transmissions; calls `done` when they have left the host. */
  transmit(bytes: number, done: () => void): void {
    this.#upFree = Math.max(this.#events.now, this.#upFree) + (bytes * 1000) / (this.#options.up ?? DEFAULT_RATE);
    this.#events.add(this.#upFree - this.#events.now, done);
  }

  /** Carries bytes across the network and down the line of another host; calls `done` with the outcome. */
  carry(to: Line, bytes: number, done: (fate: Fate) => void): void {
    if (this.isUnplugged || to.isUnplugged) {
      done("lost");
      return;
    }
    const isBroken = bytes > 0 && this.#random.chance((this.#options.breakage ?? 0) + (to.#options.breakage ?? 0));
    this.#events.add(this.latencyMs + to.latencyMs, () => {
      if (to.isUnplugged) {
        done("lost");
        return;
      }
      to.#downFree = Math.max(this.#events.now, to.#downFree) + (bytes * 1000) / (to.#options.down ?? DEFAULT_RATE);
      this.#events.add(to.#downFree - this.#events.now, () => done(isBroken ? "broken" : "arrived"));
    });
  }

  /**
   * Carries a datagram as {@link carry} does. Datagrams are small and many: if the other line is free, they arrive at
   * once, without an extra event for that line.
   */
  carryDatagram(to: Line, bytes: number, done: () => void): void {
    if (this.isUnplugged || to.isUnplugged) return;
    this.#events.add(
      this.latencyMs + to.latencyMs,
      () => {
        const { now } = this.#events;
        if (to.isUnplugged) return;
        const isFree = to.#downFree <= now;
        to.#downFree = Math.max(now, to.#downFree) + (bytes * 1000) / (to.#options.down ?? DEFAULT_RATE);
        if (isFree) done();
        else this.#events.add(to.#downFree - now, done, true);
      },
      true,
    );
  }

  /** Returns at random whether a datagram to another line is lost. */
  loses(to: Line): boolean {
    return this.#random.chance((this.#options.loss ?? 0) + (to.#options.loss ?? 0));
  }

  noteDelivery(from: Endpoint, to: Endpoint, bytes: number): void {
    this.#trace(() => `${this.#events.now.toFixed(3)} ${formatEndpoint(from)} > ${formatEndpoint(to)} ${bytes}`, bytes);
  }
}
