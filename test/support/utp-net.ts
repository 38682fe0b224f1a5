import { createHash } from "node:crypto";
import { ipFamily, ipPeer } from "../../src/base/index.ts";
import { silentLog, type BindOptions, type Clock, type Runtime } from "../../src/runtime/index.ts";
import { SeededRandom } from "../../src/sim/index.ts";
import { UdpPort, type Connection } from "../../src/transport/index.ts";
import { UtpTransport } from "../../src/utp/index.ts";

/** What happens to packets between two hosts. */
export interface PathOptions {
  /** The rate of the line in bytes a second. Default: no limit. */
  readonly rate?: number;
  /** The bytes that wait for the line at the most: what comes then is lost. Default: 200 ms of the rate. */
  readonly queueBytes?: number;
  /** The time from end to end in milliseconds, without waiting. Default: 10. */
  readonly delayMs?: number;
  /** The probability of loss and of duplication, 0 to 1. */
  readonly loss?: number;
  readonly duplication?: number;
  /** The greatest additional delay in milliseconds, at random, by which packets overtake each other. */
  readonly jitterMs?: number;
  /** The longest packet that arrives, in bytes. */
  readonly mtu?: number;
}

interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** Virtual time, in which two hosts exchange datagrams. */
export class UtpNet {
  now = 1_000;
  readonly random = new SeededRandom(7, "utp");
  #events: Event[] = [];
  #order = 0;
  readonly #sockets = new Map<string, BindOptions>();
  readonly #paths = new Map<string, Line>();
  /** The packets that were sent. */
  sent = 0;
  readonly sizes: number[] = [];
  /** The first packets that were sent. */
  readonly packets: Uint8Array[] = [];

  readonly clock: Clock = {
    now: () => this.now,
    wallTime: () => this.now,
    after: (ms, callback) => {
      let isCancelled = false;
      this.at(ms, () => {
        if (!isCancelled) callback();
      });
      return { cancel: () => void (isCancelled = true) };
    },
    every: () => {
      throw new Error("not used");
    },
    soon: (callback) => this.at(0, callback),
  };

  /** Runs `run` in `ms` milliseconds. */
  at(ms: number, run: () => void): void {
    const event = { at: this.now + Math.max(0, ms), order: this.#order++, run };
    const heap = this.#events;
    let index = heap.push(event) - 1;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !isBefore(event, parent)) break;
      heap[index] = parent;
      index = above;
    }
    heap[index] = event;
  }

  /** Sets what happens to packets from one host to another. */
  path(from: string, line: Line): void {
    this.#paths.set(from, line);
  }

  /** Delivers a datagram of any address to a host, at once. */
  inject(from: { readonly ip: string; readonly port: number }, to: string, bytes: Uint8Array): void {
    this.#sockets.get(to)?.onDatagram(bytes, from);
  }

  /** Runs until `isSo` returns true or `ms` have passed. Returns the last result. */
  async until(isSo: () => boolean, ms: number): Promise<boolean> {
    const end = this.now + ms;
    for (let count = 0; !isSo(); count++) {
      // Promises settle between events.
      for (let turn = 0; turn < 6; turn++) await Promise.resolve();
      const event = this.#events[0];
      if (event === undefined || event.at > end) {
        this.now = end;
        return isSo();
      }
      this.#pop();
      this.now = Math.max(this.now, event.at);
      event.run();
    }
    return true;
  }

  /** A host with a uTP transport. */
  host(ip: string, maxPacketBytes?: number): { readonly transport: UtpTransport; readonly port: UdpPort } {
    const runtime = {
      clock: this.clock,
      random: this.random,
      log: silentLog,
      datagrams: {
        bind: (options: BindOptions) => {
          this.#sockets.set(ip, options);
          return Promise.resolve({
            local: { ip, port: 1 },
            receiveBufferBytes: options.bufferBytes ?? 0,
            send: (bytes: Uint8Array, to: { ip: string }) => {
              this.sent++;
              this.sizes.push(bytes.length);
              const copy = bytes.slice();
              if (this.packets.length < 10_000) this.packets.push(copy);
              this.#paths.get(ip)?.carry(copy.length, () => {
                this.#sockets.get(to.ip)?.onDatagram(copy, { ip, port: 1 });
              });
            },
            close: () => Promise.resolve(),
          });
        },
      },
    } satisfies Pick<Runtime, "clock" | "random" | "log" | "datagrams">;
    const port = new UdpPort({ runtime, port: () => 1 });
    return {
      port,
      transport: new UtpTransport({
        runtime,
        port,
        families: [ipFamily(ip)],
        ...(maxPacketBytes === undefined ? {} : { maxPacketBytes }),
      }),
    };
  }

  #pop(): void {
    const heap = this.#events;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      const [left, right] = [heap[child], heap[child + 1]];
      if (left === undefined) break;
      if (right !== undefined && isBefore(right, left)) child++;
      const lesser = heap[child];
      if (lesser === undefined || !isBefore(lesser, last)) break;
      heap[index] = lesser;
      index = child;
    }
    heap[index] = last;
  }
}

function isBefore(one: Event, other: Event): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

/** A line with a queue, which several flows may share. */
export class Line {
  readonly #net: UtpNet;
  readonly #options: PathOptions;
  #freeAt = 0;
  dropped = 0;

  constructor(net: UtpNet, options: PathOptions = {}) {
    this.#net = net;
    this.#options = options;
  }

  /** Carries a packet of `bytes` bytes; calls `arrive` when it has arrived, which may be never, or twice. */
  carry(bytes: number, arrive: () => void): void {
    const { rate = Infinity, delayMs = 10, loss = 0, duplication = 0, jitterMs = 0, mtu = Infinity } = this.#options;
    const { queueBytes = rate / 5 } = this.#options;
    const { now, random } = this.#net;
    const waiting = Math.max(0, this.#freeAt - now);
    if (bytes > mtu || random.chance(loss) || (waiting * rate) / 1_000 > queueBytes) {
      this.dropped++;
      return;
    }
    this.#freeAt = Math.max(now, this.#freeAt) + (bytes * 1_000) / rate;
    const copies = random.chance(duplication) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++)
      this.#net.at(
        this.#freeAt - now + delayMs + (jitterMs === 0 ? 0 : (random.below(1_000) * jitterMs) / 1_000),
        arrive,
      );
  }
}

/** Two connected ends, `a` and `b`. */
export interface UtpPair {
  readonly net: UtpNet;
  readonly a: Connection;
  readonly b: Connection;
  readonly transports: readonly [UtpTransport, UtpTransport];
}

/**
 * Connects two hosts: `there` is the line from `a` to `b`, `back` the other one. `a` writes `first` as soon as it is
 * connected: without it, a peer does not know of a connection whose last packet of the handshake is lost.
 */
export async function utpPair(
  there: PathOptions | Line = {},
  back: PathOptions | Line = {},
  net = new UtpNet(),
  { maxPacketBytes, first }: { readonly maxPacketBytes?: number; readonly first?: Uint8Array } = {},
): Promise<UtpPair> {
  const [one, other] = [net.host("10.0.0.1", maxPacketBytes), net.host("10.0.0.2", maxPacketBytes)];
  net.path("10.0.0.1", there instanceof Line ? there : new Line(net, there));
  net.path("10.0.0.2", back instanceof Line ? back : new Line(net, back));
  let b: Connection | undefined;
  let a: Connection | undefined;
  await other.transport.listen((connection) => {
    b = connection;
  });
  void one.transport
    .dial(ipPeer({ ip: "10.0.0.2", port: 1 }), { signal: new AbortController().signal, timeoutMs: 60_000 })
    .then((connection) => {
      a = connection;
      if (first !== undefined) a.write(first);
    });
  await net.until(() => a !== undefined && b !== undefined, 60_000);
  if (a === undefined || b === undefined) throw new Error("not connected");
  return { net, a, b, transports: [one.transport, other.transport] };
}

/** What one end has received. */
export class Reader {
  bytes = 0;
  closed = false;
  error: Error | undefined;
  readonly #sum = createHash("sha256");

  constructor(connection: Connection, onDrain: () => void = () => undefined) {
    connection.start({
      onData: (chunk) => {
        this.bytes += chunk.length;
        this.#sum.update(chunk);
      },
      onDrain,
      onClose: (error) => {
        this.closed = true;
        this.error = error;
      },
    });
  }

  get sha256(): string {
    return this.#sum.copy().digest("hex");
  }
}

/** Writes without an end, as fast as the connection takes it. */
export function writeForever(connection: Connection): Reader {
  const chunk = new Uint8Array(64 * 1024);
  const pump = (): void => {
    while (connection.write(chunk));
  };
  const reader = new Reader(connection, pump);
  pump();
  return reader;
}

/** A flow like TCP's over a line: it fills the queue until packets are lost, and halves its window then (Reno). */
export class TcpFlow {
  bytes = 0;
  isStopped = false;
  #window = 10;
  #threshold = Infinity;
  #inFlight = 0;
  #recoverAt = 0;
  readonly #net: UtpNet;
  readonly #line: Line;
  readonly #backMs: number;

  constructor(net: UtpNet, line: Line, backMs: number) {
    this.#net = net;
    this.#line = line;
    this.#backMs = backMs;
    this.#send();
  }

  #send(): void {
    while (!this.isStopped && this.#inFlight < this.#window) {
      this.#inFlight++;
      const sentAt = this.#net.now;
      const before = this.#line.dropped;
      this.#line.carry(1_460, () => {
        this.bytes += 1_460;
        this.#net.at(this.#backMs, () => this.#acked());
      });
      // The sender finds a loss out a round trip later.
      if (this.#line.dropped > before) this.#net.at(200, () => this.#lost(sentAt));
    }
  }

  #acked(): void {
    this.#inFlight--;
    this.#window += this.#window < this.#threshold ? 1 : 1 / this.#window;
    this.#send();
  }

  #lost(sentAt: number): void {
    this.#inFlight--;
    if (sentAt >= this.#recoverAt) {
      this.#window = Math.max(2, this.#window / 2);
      this.#threshold = this.#window;
      this.#recoverAt = this.#net.now;
    }
    this.#send();
  }
}
