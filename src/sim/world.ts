import { canonicalIp, MillraceError, UsageError } from "../base/index.ts";
import type { Log } from "../runtime/index.ts";
import { EventQueue } from "./events.ts";
import type { Digest } from "./hasher.ts";
import { SimHost } from "./host.ts";
import type { LatencyModel } from "./internet/latency.ts";
import { Line, type LineOptions } from "./line.ts";
import { Network, Station } from "./network.ts";
import { mix, SeededRandom } from "./random.ts";

/** Options of a {@link World}. */
export interface WorldOptions {
  /** The seed of the random numbers: the same seed gives exactly the same run. Default: 1. */
  readonly seed?: number;
  /** The digest functions. Digests are not simulated: pass the functions of `node:crypto`. */
  readonly digest: Digest;
  /** Called with one line of text for each connection and each delivery. */
  readonly onTrace?: (line: string) => void;
  /** The time that data takes between two hosts, in addition to their lines. Default: none. */
  readonly latency?: LatencyModel;
  /** The log that all hosts write to. Default: none. */
  readonly log?: Log;
}

/** A network of hosts with a clock that moves only when the test moves it. */
export class World {
  readonly #options: WorldOptions;
  readonly #events = new EventQueue();
  readonly #random: SeededRandom;
  readonly #network: Network;
  #fingerprint = 0x811c9dc5;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.#random = new SeededRandom(this.#seed, "network");
    this.#network = new Network(this.#events, (line, value) => {
      // The order of events, their times and their values tell runs apart; the text would take longer than all else.
      this.#fingerprint = mix(this.#fingerprint, value);
      this.#fingerprint = mix(this.#fingerprint, this.#events.now * 1_000);
      options.onTrace?.(line());
    });
  }

  /** The number of milliseconds since the world began. */
  get now(): number {
    return this.#events.now;
  }

  /** A hash of all connections and deliveries with their times: equal for equal runs. */
  get fingerprint(): string {
    return this.#fingerprint.toString(16);
  }

  /** Adds a host with one address, IPv4 or IPv6. Throws UsageError `sim.address`. */
  host(ip: string, line: LineOptions = {}): SimHost {
    const address = canonicalIp(ip);
    if (address === undefined || this.#network.stations.has(address))
      throw new UsageError("sim.address", `not an address for a new host: ${ip}`);
    const { latency } = this.#options;
    const middle = { events: this.#events, random: this.#random, trace: this.#network.trace, latency };
    const station = new Station(address, new Line(address, line, middle), line);
    this.#network.stations.set(address, station);
    const { digest, log } = this.#options;
    return new SimHost({ network: this.#network, station, seed: this.#seed, digest, log });
  }

  /** Removes a host from the network permanently: its process ends, and its address reaches no host. */
  remove(host: SimHost): void {
    host.crash();
    this.#network.stations.delete(host.ip);
  }

  /** Makes a host name resolve to these IP addresses. */
  name(host: string, ...ips: readonly string[]): void {
    this.#network.names.set(host.toLowerCase(), ips);
  }

  /** Advances the virtual time by `ms` milliseconds. */
  async run(ms: number): Promise<void> {
    const end = this.#events.now + ms;
    while (await this.#events.step(end));
    this.#events.now = end;
  }

  /**
   * Runs the world until `isSo` returns `true` or `maxMs` have passed; `isSo` is called after every event. Resolves
   * with its last result.
   */
  async until(isSo: () => boolean, maxMs: number): Promise<boolean> {
    const end = this.#events.now + maxMs;
    while (!isSo()) {
      if (await this.#events.step(end)) continue;
      // What the last event began may still run on.
      if (isSo()) return true;
      this.#events.now = end;
      return false;
    }
    return true;
  }

  /**
   * Runs the world until `promise` is settled. Returns its result, or rejects with its error. Rejects with
   * MillraceError `sim.stuck` when that takes longer than `maxMs`.
   */
  async settled<T>(promise: Promise<T>, maxMs: number): Promise<T> {
    let isSettled = false;
    const note = (): void => {
      isSettled = true;
    };
    promise.then(note, note);
    if (await this.until(() => isSettled, maxMs)) return promise;
    throw new MillraceError("sim.stuck", `not settled after ${maxMs} ms of virtual time`);
  }

  get #seed(): number {
    return this.#options.seed ?? 1;
  }
}

/** Returns a new world, independent of all others. */
export function simWorld(options: WorldOptions): World {
  return new World(options);
}
