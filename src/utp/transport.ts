import {
  AbortError,
  formatEndpoint,
  ipFamily,
  NetworkError,
  throwIfAborted,
  toError,
  type Endpoint,
  type IpFamily,
  type PeerAddress,
} from "../base/index.ts";
import type { Runtime, Timer } from "../runtime/index.ts";
import type { Connection, DialOptions, Transport, UdpPort } from "../transport/index.ts";
import { Accepting, type Accepted } from "./accepting.ts";
import { UtpConnection, type UtpHost } from "./connection.ts";
import { UtpConnections } from "./connections.ts";
import {
  IDLE_TICK_MS,
  MAX_LINGERING,
  MAX_PACKET_BYTES_IPV4,
  MAX_PACKET_BYTES_IPV6,
  RECEIVE_BUFFER_PART,
  TICK_MS,
} from "./limits.ts";
import { isUtpPacket, PacketType, ReceivedPacket, seqAfter } from "./packet.ts";
import { Resets } from "./resets.ts";
import { StoredBudget } from "./receiving/stored-bytes.ts";
import { PacketPool } from "./sending/out-packet.ts";

/** Options of {@link UtpTransport}. */
export interface UtpTransportOptions {
  readonly runtime: Pick<Runtime, "clock" | "random" | "log">;
  /** The UDP port that carries the packets; the peer's side of it is the address that peers dial. */
  readonly port: UdpPort;
  /** The IP families to listen in. Default: both, if the host has them. */
  readonly families?: readonly IpFamily[];
  /** Returns whether a peer may connect; other peers get no reply. Default: every peer may. */
  readonly accepts?: (from: Endpoint) => boolean;
  /** The length in bytes of the longest packets. Default: what Ethernet carries. */
  readonly maxPacketBytes?: number;
  /** Whether the transport is switched on at first; see {@link UtpTransport.setEnabled}. Default: true. */
  readonly isEnabled?: boolean;
}

/** The transport for peers over uTP (BEP 29). */
export class UtpTransport implements Transport {
  readonly kind = "utp";
  readonly #options: UtpTransportOptions;
  readonly #connections = new UtpConnections();
  readonly #pool = new PacketPool();
  readonly #budget = new StoredBudget();
  readonly #packet = new ReceivedPacket();
  readonly #accepting: Accepting;
  readonly #host: UtpHost;
  /** The connections to flush at the end of this turn of the event loop. */
  #awake: UtpConnection[] = [];
  /** The connections whose deadlines are near. */
  readonly #busy = new Set<UtpConnection>();
  /** The closed connections that wait for the peer's acknowledgement only, the oldest first. */
  readonly #lingering = new Set<UtpConnection>();
  readonly #resets: Resets;
  #onConnection: ((connection: Connection) => void) | undefined;
  #unclaim: (() => void) | undefined;
  #timer: Timer | undefined;
  #isTimerFast = false;
  /** When idle connections are looked at next. */
  #sweepAt = 0;
  #isClosed = false;
  #isEnabled: boolean;

  constructor(options: UtpTransportOptions) {
    const { runtime, port } = options;
    this.#options = options;
    this.#isEnabled = options.isEnabled ?? true;
    const now = (): number => runtime.clock.now();
    const send = (to: Endpoint, packet: Uint8Array): void => port.send(to, packet);
    this.#accepting = new Accepting({
      clock: runtime.clock,
      random: runtime.random,
      receiveWindow: ({ ip }) => this.#receiveWindow(ipFamily(ip)),
      send,
    });
    this.#resets = new Resets({ clock: runtime.clock, random: runtime.random, send });
    const isClosed = (): boolean => this.#isClosed;
    this.#host = {
      now,
      soon: (callback) => runtime.clock.soon(callback),
      local: ({ ip }) => port.local(ipFamily(ip)) ?? { ip: ipFamily(ip) === 4 ? "0.0.0.0" : "::", port: 0 },
      send,
      wake: (connection) => this.#wake(connection),
      get mayLinger() {
        return !isClosed();
      },
    };
  }

  /** The number of connections, including closed ones whose end the peer has not acknowledged. */
  get size(): number {
    return this.#connections.size;
  }

  /** The number of incoming connections whose peer has not shown that it receives at its address. */
  get halfOpen(): number {
    return this.#accepting.size;
  }

  /** The number of bytes that connections store above the minimum of each. */
  get storedBytes(): number {
    return this.#budget.taken;
  }

  canDial(address: PeerAddress): boolean {
    return this.#isEnabled && address.kind === "ip";
  }

  /**
   * Switches the transport on or off. While it is off, it neither dials nor accepts connections; open ones stay. Never
   * rejects.
   */
  async setEnabled(isEnabled: boolean): Promise<void> {
    if (this.#isEnabled === isEnabled) return;
    this.#isEnabled = isEnabled;
    if (!isEnabled) this.#accepting.clear();
    else if (this.#onConnection !== undefined) await this.#openPorts();
  }

  /** Ends all connections at once with an error. */
  drop(error: Error): void {
    this.#accepting.clear();
    for (const connection of this.#connections) connection.reset(error);
  }

  async dial(address: PeerAddress, { signal, timeoutMs }: DialOptions): Promise<Connection> {
    if (address.kind !== "ip") throw new NetworkError("net.unreachable", `uTP cannot dial a ${address.kind} address`);
    throwIfAborted(signal);
    const { clock, random } = this.#options.runtime;
    const began = clock.now();
    const family = ipFamily(address.ip);
    await this.#options.port.open(family);
    throwIfAborted(signal);
    this.#claim();
    const what = `cannot connect to ${formatEndpoint(address)} by uTP`;
    let receiveId = random.below(0x1_0000);
    while (this.#connections.get(address, receiveId) !== undefined) receiveId = random.below(0x1_0000);
    const connection = this.#make(address, receiveId, undefined);
    return new Promise((resolve, reject) => {
      const abort = (): void => connection.destroy(new AbortError(`${what}: aborted`));
      const timeout = new NetworkError("net.timeout", `${what}: no reply in ${timeoutMs} ms`);
      const timer = clock.after(timeoutMs - (clock.now() - began), () => connection.destroy(timeout));
      signal.addEventListener("abort", abort, { once: true });
      connection.whenOpen((error) => {
        timer.cancel();
        signal.removeEventListener("abort", abort);
        if (error === undefined) resolve(connection);
        else if (error instanceof NetworkError && error !== timeout)
          reject(new NetworkError(error.code, `${what}: ${error.message}`, { cause: error }));
        else reject(error);
      });
    });
  }

  /** Listens for peers. Never rejects: without a UDP socket, it resolves with `undefined`, and a line is logged. */
  async listen(onConnection: (connection: Connection) => void): Promise<Endpoint | undefined> {
    this.#isClosed = false;
    this.#onConnection = onConnection;
    return this.#isEnabled ? this.#openPorts() : undefined;
  }

  async #openPorts(): Promise<Endpoint | undefined> {
    const { port, runtime, families = [4, 6] } = this.#options;
    const failures = await Promise.all(
      families.map((family) =>
        port.open(family).then(
          () => undefined,
          (error: unknown) => toError(error),
        ),
      ),
    );
    this.#claim();
    const local = families.map((family) => port.local(family)).find((each) => each !== undefined);
    const reason = failures.find((failure) => failure !== undefined)?.message;
    if (local === undefined) runtime.log.warn("no peer can connect by uTP", { reason });
    else if (reason !== undefined) runtime.log.debug("uTP has one IP family only", { reason });
    return local;
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#onConnection = undefined;
    this.#accepting.clear();
    for (const connection of this.#connections) {
      const { state } = connection.core;
      if (state === "ended" || state === "ending") this.#remove(connection);
    }
    this.#settle();
    return Promise.resolve();
  }

  #claim(): void {
    this.#unclaim ??= this.#options.port.claim(isUtpPacket, (datagram, from) => this.#onDatagram(datagram, from));
  }

  #onDatagram(datagram: Uint8Array, from: Endpoint): void {
    const packet = this.#packet;
    if (!packet.read(datagram)) return;
    if (packet.type === PacketType.syn) {
      this.#onSyn(packet, from);
      return;
    }
    const connection =
      packet.type === PacketType.reset
        ? this.#connections.ofReset(from, packet.id)
        : this.#connections.get(from, packet.id);
    if (connection !== undefined) {
      connection.receive(packet);
      return;
    }
    const accepted = this.#accepting.complete(packet, from);
    if (accepted !== undefined) this.#accept(packet, from, accepted);
    else if (packet.type !== PacketType.reset) this.#resets.send(packet, from);
  }

  #onSyn(packet: ReceivedPacket, from: Endpoint): void {
    const { accepts } = this.#options;
    if (accepts?.(from) === false) return;
    if (this.#onConnection === undefined || !this.#isEnabled) {
      this.#resets.send(packet, from);
      return;
    }
    const known = this.#connections.get(from, seqAfter(packet.id, 1));
    if (known !== undefined) {
      // A repeated SYN packet, which was late; or a new connection with the id of one that is closed.
      if (known.core.state === "connected" || known.core.state === "connecting") return;
      this.#remove(known);
    }
    this.#accepting.onSyn(packet, from);
  }

  #accept(packet: ReceivedPacket, from: Endpoint, accepted: Accepted): void {
    const onConnection = this.#onConnection;
    if (onConnection === undefined) return;
    const connection = this.#make(from, packet.id, accepted);
    connection.receive(packet);
    onConnection(connection);
  }

  #make(remote: Endpoint, receiveId: number, accepted: Accepted | undefined): UtpConnection {
    const family = ipFamily(remote.ip);
    const longest = family === 4 ? MAX_PACKET_BYTES_IPV4 : MAX_PACKET_BYTES_IPV6;
    const { maxPacketBytes = longest, runtime } = this.#options;
    const connection = new UtpConnection(
      this.#host,
      { ip: remote.ip, port: remote.port },
      {
        pool: this.#pool,
        budget: this.#budget,
        receiveId,
        seq: accepted?.seq ?? runtime.random.below(0x1_0000),
        synSeq: accepted?.synSeq,
        roundTripMs: accepted?.roundTripMs,
        maxPacketBytes: Math.min(maxPacketBytes, longest),
        receiveWindow: this.#receiveWindow(family),
        now: runtime.clock.now(),
      },
    );
    this.#connections.add(connection);
    this.#follow(connection);
    return connection;
  }

  #receiveWindow(family: IpFamily): number {
    return RECEIVE_BUFFER_PART * this.#options.port.receiveBufferBytes(family);
  }

  #wake(connection: UtpConnection): void {
    if (connection.isAwake) return;
    connection.isAwake = true;
    if (this.#awake.push(connection) === 1) this.#options.runtime.clock.soon(() => this.#flush());
  }

  #flush(): void {
    const awake = this.#awake;
    this.#awake = [];
    const now = this.#host.now();
    for (const connection of awake) {
      connection.isAwake = false;
      const isMore = connection.core.flush(now);
      this.#follow(connection);
      if (isMore) this.#wake(connection);
    }
  }

  /** Keeps the time of a connection, or removes it when it is over. */
  #follow(connection: UtpConnection): void {
    const { core } = connection;
    if (core.state === "over") this.#remove(connection);
    else if (core.isBusy) this.#busy.add(connection);
    else this.#busy.delete(connection);
    if (core.state === "ended" || core.state === "ending") this.#linger(connection);
    this.#settle();
  }

  /** Keeps a closed connection that waits for the peer's acknowledgement only, and a bounded number of them. */
  #linger(connection: UtpConnection): void {
    this.#lingering.add(connection);
    if (this.#isClosed) this.#remove(connection);
    else if (this.#lingering.size > MAX_LINGERING) for (const oldest of this.#lingering) return this.#remove(oldest);
  }

  #remove(connection: UtpConnection): void {
    this.#connections.delete(connection);
    this.#busy.delete(connection);
    this.#lingering.delete(connection);
    connection.core.drop();
  }

  /** Sets the timer, and releases the UDP port when nothing needs it. */
  #settle(): void {
    const { size } = this.#connections;
    if (size === 0) {
      this.#timer?.cancel();
      this.#timer = undefined;
      if (this.#onConnection === undefined && this.#isClosed) {
        this.#unclaim?.();
        this.#unclaim = undefined;
      }
      return;
    }
    const isFast = this.#busy.size > 0;
    // A fast timer runs out by itself: connections become busy and idle many times a second.
    if (this.#timer !== undefined && (this.#isTimerFast || !isFast)) return;
    this.#timer?.cancel();
    this.#isTimerFast = isFast;
    this.#timer = this.#options.runtime.clock.after(isFast ? TICK_MS : IDLE_TICK_MS, () => this.#tick());
  }

  #tick(): void {
    this.#timer = undefined;
    const now = this.#host.now();
    const isSweep = now >= this.#sweepAt;
    if (isSweep) this.#sweepAt = now + IDLE_TICK_MS;
    for (const connection of isSweep ? this.#connections : this.#busy) {
      if (now < connection.core.deadline) continue;
      connection.core.onTime(now);
      this.#wake(connection);
    }
    this.#settle();
  }
}
