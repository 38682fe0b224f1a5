import { formatEndpoint, networkOf, RecentMap, type Endpoint } from "../base/index.ts";
import type { Clock, Random } from "../runtime/index.ts";
import { HalfOpenConnections, type HalfOpen } from "../transport/index.ts";
import { GUESSES_MS, HALF_OPEN_MS, MAX_GUESSES, MAX_GUESSING_NETWORKS } from "./limits.ts";
import { PacketType, seqAfter, toMicros, writeHeader, type ReceivedPacket } from "./packet.ts";

/** A connection that a peer has asked for, whose address is not proved yet. */
interface Request extends HalfOpen {
  /** Whether the SYN packet was repeated: it is not known which reply has arrived. */
  isRepeated: boolean;
  /** The last wrong acknowledgement of the reply. */
  wrongAck: number | undefined;
  readonly synSeq: number;
  readonly seq: number;
  readonly at: number;
}

/** The sequence numbers of a connection that a peer has opened. */
export interface Accepted {
  /** The sequence number of the peer's SYN packet. */
  readonly synSeq: number;
  /** The sequence number of the first packet to the peer. */
  readonly seq: number;
  /** The time, in milliseconds, from the reply to the packet that completes the connection, if it is known. */
  readonly roundTripMs: number | undefined;
}

/** Options of {@link Accepting}. */
export interface AcceptingOptions {
  readonly clock: Pick<Clock, "now">;
  readonly random: Random;
  /** Returns the number of bytes that a connection with this peer may receive at once. */
  readonly receiveWindow: (from: Endpoint) => number;
  readonly send: (to: Endpoint, packet: Uint8Array) => void;
}

/**
 * The incoming connections until the peer has shown that it receives at its address: the address of a SYN packet may
 * be forged. A connection costs little until then, and their number is bounded as that of half-open TCP connections.
 */
export class Accepting {
  readonly #options: AcceptingOptions;
  readonly #requests = new Map<string, Request>();
  readonly #halfOpen = new HalfOpenConnections();
  /** The wrong acknowledgements of each network, and when the last one came. */
  readonly #guesses = new RecentMap<string, { count: number; at: number }>(MAX_GUESSING_NETWORKS);
  readonly #packet = new Uint8Array(20);

  constructor(options: AcceptingOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#requests.size;
  }

  /** Takes a SYN packet and replies to it; the reply to a repeated one is the same. */
  onSyn(packet: ReceivedPacket, from: Endpoint): void {
    const { clock, random } = this.#options;
    const now = clock.now();
    this.#expire(now);
    if (this.#isGuessing(from, now)) return;
    const key = keyOf(from, packet.id);
    let request = this.#requests.get(key);
    if (request === undefined || request.synSeq !== packet.seq) {
      this.#forget(key, from);
      const made: Request = {
        synSeq: packet.seq,
        seq: random.below(0x1_0000),
        at: now,
        isRepeated: false,
        wrongAck: undefined,
        abort: () => this.#forget(key, from),
      };
      this.#halfOpen.add(from.ip, made);
      this.#requests.set(key, made);
      request = made;
    } else request.isRepeated = true;
    const micros = toMicros(now);
    writeHeader(this.#packet, {
      type: PacketType.state,
      id: packet.id,
      timestamp: micros,
      delay: (micros - packet.timestamp) >>> 0,
      window: Math.floor(this.#options.receiveWindow(from)),
      seq: request.seq,
      ack: request.synSeq,
    });
    this.#options.send(from, this.#packet);
  }

  /**
   * Takes a packet that belongs to no connection. Returns the connection that it completes: it acknowledges the reply,
   * whose sequence number cannot be guessed.
   */
  complete(packet: ReceivedPacket, from: Endpoint): Accepted | undefined {
    if (this.#requests.size === 0) return undefined;
    // BEP 29: the peer sends with the id of its SYN packet plus one.
    const key = keyOf(from, seqAfter(packet.id, -1));
    const request = this.#requests.get(key);
    if (request === undefined) return undefined;
    if (packet.type === PacketType.reset) {
      if (packet.ack === seqAfter(request.seq, -1) || packet.ack === request.seq) this.#forget(key, from);
      return undefined;
    }
    if (packet.ack !== seqAfter(request.seq, -1)) {
      // The packets of a peer that knows an earlier reply all have the same number: that is no guessing.
      if (request.wrongAck !== packet.ack) this.#onGuess(from);
      request.wrongAck = packet.ack;
      return undefined;
    }
    if (this.#isGuessing(from, this.#options.clock.now())) return undefined;
    this.#forget(key, from);
    const { synSeq, seq, at, isRepeated } = request;
    return { synSeq, seq, roundTripMs: isRepeated ? undefined : this.#options.clock.now() - at };
  }

  clear(): void {
    this.#halfOpen.abortAll();
  }

  /** A wrong number: with 65,536 of them, a peer would complete a connection from a forged address. */
  #onGuess(from: Endpoint): void {
    const now = this.#options.clock.now();
    const network = networkOf(from.ip);
    const last = this.#guesses.get(network);
    const isRecent = last !== undefined && now - last.at < GUESSES_MS;
    this.#guesses.set(network, { count: isRecent ? last.count + 1 : 1, at: now });
  }

  #isGuessing(from: Endpoint, now: number): boolean {
    const guesses = this.#guesses.get(networkOf(from.ip));
    return guesses !== undefined && guesses.count >= MAX_GUESSES && now - guesses.at < GUESSES_MS;
  }

  #expire(now: number): void {
    for (const [, request] of this.#requests) {
      if (now - request.at < HALF_OPEN_MS) return;
      request.abort();
    }
  }

  #forget(key: string, from: Endpoint): void {
    const request = this.#requests.get(key);
    if (request === undefined) return;
    this.#requests.delete(key);
    this.#halfOpen.remove(from.ip, request);
  }
}

function keyOf(from: Endpoint, id: number): string {
  return `${formatEndpoint(from)} ${id}`;
}
