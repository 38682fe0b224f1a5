import { formatEndpoint, type Endpoint } from "../base/index.ts";
import { Arrival, type EventQueue } from "./events.ts";
import type { LatencyModel } from "./internet/latency.ts";
import type { NatOptions } from "./internet/nat.ts";
import type { SeededRandom } from "./random.ts";

/**
 * Records an event. The first argument returns its line of text, and is called only when the text is needed. The second
 * is a number that changes the fingerprint of the world.
 */
export type Trace = (line: () => string, value: number) => void;

/** The speed, delay and loss of the line between a host and the network. */
export interface LineOptions {
  /** The upload rate in bytes a second. Default: 12,500,000 (100 Mbit/s). */
  readonly up?: number;
  /** The download rate in bytes a second. Default: 12,500,000. */
  readonly down?: number;
  /**
   * The time, in milliseconds, that data takes from this host to the middle of the network. The time from host to host
   * is the sum of this for both lines, and of the time that the world's latency model adds. Default: 10; 0 in a world
   * with a latency model.
   */
  readonly latencyMs?: number;
  /** The probability that a segment breaks its TCP connection, 0 to 1. Default: 0. */
  readonly breakage?: number;
  /** The probability that a datagram is lost, 0 to 1. Default: 0. */
  readonly loss?: number;
  /** The local network that the host is in: multicast reaches its other hosts. Default: none. */
  readonly lan?: string;
  /**
   * The NAT in front of the host. The host's address is then the public address of the NAT, which maps the ports of
   * datagrams; TCP and HTTP connections to the host get no reply. Default: none.
   */
  readonly nat?: NatOptions;
}

/** The network to which all lines lead. */
export interface Middle {
  readonly events: EventQueue;
  readonly random: SeededRandom;
  readonly trace: Trace;
  readonly latency: LatencyModel | undefined;
}

const DEFAULT_RATE = 12_500_000;
const DEFAULT_LATENCY_MS = 10;

/** The outcome of a transmission. */
export type Fate = "arrived" | "lost" | "broken";

/** A datagram on its way to a host. */
export abstract class Datagram extends Arrival {
  readonly bytes: Uint8Array;
  readonly #to: Line;
  #isReceived = false;

  constructor(bytes: Uint8Array, to: Line) {
    super();
    this.bytes = bytes;
    this.#to = to;
  }

  /** Enters the line of the receiving host, and reaches the host when that line is free. */
  happen(): void {
    if (this.#isReceived) {
      this.arrive();
      return;
    }
    this.#isReceived = true;
    this.#to.receive(this);
  }

  /** Called when the datagram has reached the host. */
  abstract arrive(): void;
}

/** The line between a host and the network. All that the host sends and receives shares it. */
export class Line {
  /**
   * Whether the cable is unplugged, so that no data arrives or leaves. TCP connections that lose data because of it
   * never recover.
   */
  isUnplugged = false;
  /** The TCP connections of the present process. */
  readonly sockets = new Set<{ vanish(): void }>();
  readonly #ip: string;
  readonly #options: LineOptions;
  readonly #events: EventQueue;
  readonly #random: SeededRandom;
  readonly #trace: Trace;
  readonly #latency: LatencyModel | undefined;
  readonly #latencyMs: number;
  #upFree = 0;
  #downFree = 0;

  constructor(ip: string, options: LineOptions, { events, random, trace, latency }: Middle) {
    this.#ip = ip;
    this.#options = options;
    this.#events = events;
    this.#random = random;
    this.#trace = trace;
    this.#latency = latency;
    this.#latencyMs = options.latencyMs ?? (latency === undefined ? DEFAULT_LATENCY_MS : 0);
  }

  /** Returns the time, in milliseconds, that data takes from this host to the host of another line. */
  wayMs(to: Line): number {
    return this.#latencyMs + to.#latencyMs + (this.#latency?.oneWayMs(this.#ip, to.#ip) ?? 0);
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
    this.#events.add(this.wayMs(to), () => {
      if (to.isUnplugged) {
        done("lost");
        return;
      }
      to.#downFree = Math.max(this.#events.now, to.#downFree) + (bytes * 1000) / (to.#options.down ?? DEFAULT_RATE);
      this.#events.add(to.#downFree - this.#events.now, () => done(isBroken ? "broken" : "arrived"));
    });
  }

  /** Carries a datagram across the network to the line of another host, unless one of the two cables is unplugged. */
  carryDatagram(to: Line, datagram: Datagram): void {
    if (!this.isUnplugged && !to.isUnplugged) this.#events.push(this.wayMs(to), datagram);
  }

  /**
   * Receives a datagram from the network. Datagrams are small and many: if the line is free, they arrive at once,
   * without an extra event for the line.
   */
  receive(datagram: Datagram): void {
    const { now } = this.#events;
    if (this.isUnplugged) return;
    const isFree = this.#downFree <= now;
    this.#downFree =
      Math.max(now, this.#downFree) + (datagram.bytes.length * 1000) / (this.#options.down ?? DEFAULT_RATE);
    if (isFree) datagram.arrive();
    else this.#events.push(this.#downFree - now, datagram);
  }

  /** Returns at random whether a datagram to another line is lost. */
  loses(to: Line): boolean {
    return this.#random.chance((this.#options.loss ?? 0) + (to.#options.loss ?? 0));
  }

  noteDelivery(from: Endpoint, to: Endpoint, bytes: number): void {
    this.#trace(() => `${this.#events.now.toFixed(3)} ${formatEndpoint(from)} > ${formatEndpoint(to)} ${bytes}`, bytes);
  }
}
