import { AbortError, canonicalIp, ipFamily, NetworkError, throwIfAborted, type Endpoint } from "../base/index.ts";
import type {
  BindOptions,
  ConnectOptions,
  Datagrams,
  DatagramSocket,
  HttpServerReply,
  HttpServerRequest,
  Listener,
  ListenOptions,
  Net,
} from "../runtime/index.ts";
import type { Life } from "./clock.ts";
import type { EventQueue } from "./events.ts";
import { Nat } from "./internet/nat.ts";
import { Datagram, type Line, type LineOptions, type Trace } from "./line.ts";
import { SimSocket } from "./socket.ts";

/** The receive buffer that a UDP socket reports. No datagram is lost for want of room in it. */
const DEFAULT_BUFFER_BYTES = 2 * 1024 * 1024;
const FIRST_EPHEMERAL_PORT = 49_152;
/** The length in bytes of a slab: a buffer into which many datagrams are copied. */
const SLAB_BYTES = 128 * 1024;

/** The methods of a multicast socket that other hosts call. */
export interface MulticastReceiver {
  /** Passes a datagram on if the socket has joined the group. */
  onDatagram(bytes: Uint8Array, from: Endpoint, group: Endpoint): void;
}

/** The open sockets and servers of a host. */
export class Station {
  readonly ip: string;
  readonly line: Line;
  readonly listeners = new Map<number, ListenOptions>();
  readonly bound = new Map<number, BindOptions>();
  readonly multicasts = new Set<MulticastReceiver>();
  readonly http = new Map<number, (request: HttpServerRequest) => HttpServerReply>();
  readonly nat: Nat | undefined;
  /** The local network that the host is in, which multicast reaches; `undefined` when it is in none. */
  lan: string | undefined;
  #nextPort = FIRST_EPHEMERAL_PORT;

  constructor(ip: string, line: Line, { nat, lan }: LineOptions) {
    this.ip = ip;
    this.line = line;
    this.nat = nat === undefined ? undefined : new Nat(nat);
    this.lan = lan;
  }

  freePort(): number {
    return this.#nextPort++;
  }

  /** Simulates the end of the process: its sockets emit no events. */
  crash(): void {
    for (const socket of this.line.sockets) socket.vanish();
    this.line.sockets.clear();
    this.listeners.clear();
    this.bound.clear();
    this.multicasts.clear();
    this.http.clear();
  }
}

/** All hosts of a world, and the names that resolve to them. */
export class Network {
  readonly stations = new Map<string, Station>();
  readonly names = new Map<string, readonly string[]>();
  readonly events: EventQueue;
  readonly trace: Trace;
  readonly copies = new Copies();

  constructor(events: EventQueue, trace: Trace) {
    this.events = events;
    this.trace = trace;
  }

  /** Returns the port `wanted` if it is free, or any free port for 0. Throws NetworkError `net.address-in-use`. */
  static claim(station: Station, table: ReadonlyMap<number, unknown>, wanted: number): number {
    const port = wanted === 0 ? station.freePort() : wanted;
    if (table.has(port)) throw new NetworkError("net.address-in-use", `port ${port} is in use: choose another port`);
    return port;
  }
}

/**
 * Copies datagrams into slabs, each of which is freed when none of its datagrams is used any longer. A buffer for each
 * datagram would take several times as long to allocate, and memory outside of the heap.
 */
class Copies {
  #slab = new Uint8Array(0);
  #at = 0;

  of(bytes: Uint8Array): Uint8Array {
    if (this.#at + bytes.length > this.#slab.length) {
      this.#slab = new Uint8Array(Math.max(SLAB_BYTES, bytes.length));
      this.#at = 0;
    }
    const copy = this.#slab.subarray(this.#at, this.#at + bytes.length);
    this.#at += bytes.length;
    copy.set(bytes);
    return copy;
  }
}

/** Returns TCP for one process on one host. */
export function simNet(network: Network, station: Station, life: Life): Net {
  return {
    connect: (options) => connect(network, station, life, options),
    async listen(options): Promise<Listener> {
      if (options.ip !== "::" && options.ip !== "0.0.0.0" && options.ip !== station.ip)
        throw new NetworkError("net.failed", `cannot listen on ${options.ip}: not an address of this host`);
      const port = Network.claim(station, station.listeners, options.port);
      station.listeners.set(port, options);
      return {
        local: { ip: options.ip, port },
        close: async () => {
          if (station.listeners.get(port) === options) station.listeners.delete(port);
        },
      };
    },
    async resolve(host, signal): Promise<string[]> {
      throwIfAborted(signal);
      const literal = canonicalIp(host);
      if (literal !== undefined) return [literal];
      const known = network.names.get(host.toLowerCase());
      if (known === undefined) throw new NetworkError("net.unknown-host", `cannot find ${host}: unknown host`);
      return [...known];
    },
  };
}

function connect(network: Network, station: Station, life: Life, options: ConnectOptions): Promise<SimSocket> {
  const { events } = network;
  const { ip, port, timeoutMs, signal } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(new AbortError("aborted", { cause: signal.reason }));
      return;
    }
    const finish = (settle: () => void): void => {
      cancel();
      signal?.removeEventListener("abort", abort);
      if (!life.isOver) settle();
    };
    const abort = (): void => finish(() => reject(new AbortError("aborted", { cause: signal?.reason })));
    const fail = (code: string, why: string): void =>
      finish(() => reject(new NetworkError(code, `cannot connect to ${ip} port ${port}: ${why}`)));
    let cancel = events.add(timeoutMs, () => fail("net.timeout", "connection timed out"));
    signal?.addEventListener("abort", abort);
    const there = network.stations.get(ip);
    if (there === undefined || there.nat !== undefined || ipFamily(ip) !== ipFamily(station.ip)) return;
    const cancelTimeout = cancel;
    const cancelArrival = events.add(station.line.wayMs(there.line), () => {
      if (station.line.isUnplugged || there.line.isUnplugged) return;
      const listener = there.listeners.get(port);
      const local: Endpoint = { ip: station.ip, port: station.freePort() };
      const remote: Endpoint = { ip, port };
      let near: SimSocket | undefined;
      if (listener !== undefined) {
        near = new SimSocket(station.line, local, remote);
        const far = new SimSocket(there.line, remote, local);
        SimSocket.join(near, far);
        there.line.sockets.add(far);
        network.trace(() => `${events.now.toFixed(3)} ${local.ip}:${local.port} connects to ${ip}:${port}`, port);
        listener.onSocket(far);
      }
      const cancelAnswer = events.add(there.line.wayMs(station.line), () => {
        if (near === undefined) {
          fail("net.refused", "connection refused");
          return;
        }
        const socket = near;
        finish(() => {
          station.line.sockets.add(socket);
          resolve(socket);
        });
      });
      cancel = () => {
        cancelTimeout();
        cancelAnswer();
        if (near !== undefined && !station.line.sockets.has(near) && (signal?.aborted === true || life.isOver))
          near.destroy();
      };
    });
    cancel = () => {
      cancelTimeout();
      cancelArrival();
    };
  });
}

/** A datagram from one host to another. */
class Unicast extends Datagram {
  readonly #network: Network;
  readonly #there: Station;
  readonly #from: Endpoint;
  readonly #to: Endpoint;

  constructor(network: Network, there: Station, bytes: Uint8Array, from: Endpoint, to: Endpoint) {
    super(bytes, there.line);
    this.#network = network;
    this.#there = there;
    this.#from = from;
    this.#to = to;
  }

  arrive(): void {
    const { nat, line, bound } = this.#there;
    const port = nat === undefined ? this.#to.port : nat.receive(this.#to.port, this.#from, this.#network.events.now);
    if (port === undefined) return;
    line.noteDelivery(this.#from, this.#to, this.bytes.length);
    bound.get(port)?.onDatagram(this.bytes, this.#from);
  }
}

/** Returns UDP for one process on one host. */
export function simDatagrams(network: Network, station: Station): Datagrams {
  const now = (): number => network.events.now;
  return {
    async bind(options): Promise<DatagramSocket> {
      const port = Network.claim(station, station.bound, options.port);
      station.bound.set(port, options);
      const local: Endpoint = { ip: station.ip, port };
      return {
        local,
        receiveBufferBytes: options.bufferBytes ?? DEFAULT_BUFFER_BYTES,
        send: (bytes, to) => {
          if (station.bound.get(port) !== options) return;
          const from = station.nat === undefined ? local : { ip: local.ip, port: station.nat.send(port, to, now()) };
          const there = network.stations.get(to.ip);
          if (there === undefined || station.line.loses(there.line)) return;
          station.line.carryDatagram(there.line, new Unicast(network, there, network.copies.of(bytes), from, to));
        },
        close: async () => {
          if (station.bound.get(port) === options) station.bound.delete(port);
        },
      };
    },
  };
}
