import {
  AbortError,
  copyBytes,
  errorCode,
  ipFamily,
  ipScope,
  toError,
  type Endpoint,
  type IpFamily,
} from "../base/index.ts";
import type { DatagramSocket, Runtime } from "../runtime/index.ts";
import { MAX_WAITING_DATAGRAMS, UDP_BUFFER_BYTES } from "./limits.ts";

/** Options of {@link UdpPort}. */
export interface UdpPortOptions {
  readonly runtime: Pick<Runtime, "datagrams" | "log">;
  /** The local IP address to bind the socket of its IP family to. All other sockets bind all addresses. */
  readonly ip?: string | undefined;
  /**
   * Returns the port to bind (the port at which peers connect); called when a socket is opened. When the port is 0 or
   * in use, any free port is bound.
   */
  readonly port: () => number;
}

type Test = (datagram: Uint8Array, from: Endpoint) => boolean;
type Handler = (datagram: Uint8Array, from: Endpoint) => void;

interface Claim {
  readonly test: Test;
  readonly handler: Handler;
}

/** The state of the socket of one IP family: opening, with the datagrams queued for it, or open. */
type State =
  | {
      readonly kind: "opening";
      readonly opened: Promise<DatagramSocket>;
      readonly waiting: { readonly to: Endpoint; readonly bytes: Uint8Array }[];
    }
  | { readonly kind: "open"; readonly socket: DatagramSocket };

/**
 * One UDP socket for each IP family in use, shared by all protocols over UDP, so that firewalls and NATs see one port.
 * Each protocol receives the datagrams whose first bytes pass its test. Sockets are opened when they are first needed
 * and stay open until {@link UdpPort.close}.
 */
export class UdpPort {
  readonly #options: UdpPortOptions;
  readonly #claims = new Set<Claim>();
  readonly #states = new Map<IpFamily, State>();
  #unclaimed = 0;
  #closing: Promise<void> | undefined;

  constructor(options: UdpPortOptions) {
    this.#options = options;
  }

  /** The number of received datagrams that passed no protocol's test. */
  get unclaimed(): number {
    return this.#unclaimed;
  }

  /** Returns the local endpoint of a family's socket; `undefined` while it is not open. */
  local(family: IpFamily): Endpoint | undefined {
    const state = this.#states.get(family);
    return state?.kind === "open" ? state.socket.local : undefined;
  }

  /** Returns the length in bytes of the receive buffer of a family's socket; 0 while it is not open. */
  receiveBufferBytes(family: IpFamily): number {
    const state = this.#states.get(family);
    return state?.kind === "open" ? state.socket.receiveBufferBytes : 0;
  }

  /**
   * Calls `handler` with each datagram that passes `test`. When a datagram passes several tests, only the handler that
   * was registered first gets it. The bytes are valid during the call only. Returns a function that removes the
   * handler.
   */
  claim(test: Test, handler: Handler): () => void {
    const claim = { test, handler };
    this.#claims.add(claim);
    return () => void this.#claims.delete(claim);
  }

  /**
   * Opens the socket of an IP family unless it is open. Rejects with NetworkError `net.*` (a later call tries again),
   * or AbortError when the port is closed.
   */
  async open(family: IpFamily): Promise<void> {
    this.#requireOpen();
    const state = this.#state(family);
    if (state.kind === "open") return;
    await state.opened;
    this.#requireOpen();
  }

  /**
   * Sends one datagram, and opens the socket of its family if needed. Errors are ignored, as a datagram may be lost in
   * any case. `bytes` may be reused after the call.
   */
  send(to: Endpoint, bytes: Uint8Array): void {
    if (this.#closing !== undefined) return;
    const state = this.#state(ipFamily(to.ip));
    if (state.kind === "open") state.socket.send(bytes, to);
    else if (state.waiting.length < MAX_WAITING_DATAGRAMS) state.waiting.push({ to, bytes: copyBytes(bytes) });
  }

  /**
   * Closes the sockets, including sockets that are being opened. Nothing is sent or delivered afterwards. Never
   * rejects.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#claims.clear();
    const states = [...this.#states.values()];
    this.#states.clear();
    await Promise.all(
      states.map((state) =>
        state.kind === "open"
          ? state.socket.close()
          : state.opened.then(
              (socket) => socket.close(),
              () => undefined,
            ),
      ),
    );
  }

  #state(family: IpFamily): State {
    const known = this.#states.get(family);
    if (known !== undefined) return known;
    const opened = this.#bind(family);
    const state: State = { kind: "opening", opened, waiting: [] };
    this.#states.set(family, state);
    opened.then(
      (socket) => {
        if (this.#closing !== undefined) return;
        this.#states.set(family, { kind: "open", socket });
        for (const { to, bytes } of state.waiting) socket.send(bytes, to);
      },
      // The failure is not kept: the host may get this IP family later.
      (error: unknown) => {
        if (this.#closing !== undefined) return;
        this.#states.delete(family);
        this.#options.runtime.log.debug("cannot open a UDP socket", { family, reason: toError(error).message });
      },
    );
    return state;
  }

  async #bind(family: IpFamily): Promise<DatagramSocket> {
    const port = this.#options.port();
    try {
      return await this.#bindTo(family, port);
    } catch (error) {
      const code = errorCode(error);
      if (port === 0 || (code !== "net.address-in-use" && code !== "net.denied")) throw error;
      this.#requireOpen();
      this.#options.runtime.log.debug("the UDP port is taken: binding any free port", {
        family,
        port,
        reason: toError(error).message,
      });
      return this.#bindTo(family, 0);
    }
  }

  #bindTo(family: IpFamily, port: number): Promise<DatagramSocket> {
    const { runtime } = this.#options;
    return runtime.datagrams.bind({
      ip: this.#ip(family),
      port,
      bufferBytes: UDP_BUFFER_BYTES,
      onDatagram: (bytes, from) => this.#onDatagram(bytes, from),
      // On an unconnected socket an error means that a datagram did not arrive; the socket stays usable.
      onError: (error) => runtime.log.debug("a UDP socket failed", { family, reason: error.message }),
    });
  }

  #ip(family: IpFamily): string {
    const { ip } = this.#options;
    if (ip !== undefined && ipFamily(ip) === family && ipScope(ip) !== "unspecified") return ip;
    return family === 4 ? "0.0.0.0" : "::";
  }

  #requireOpen(): void {
    if (this.#closing !== undefined) throw new AbortError("the UDP port was closed");
  }

  #onDatagram(bytes: Uint8Array, from: Endpoint): void {
    if (this.#closing !== undefined) return;
    for (const { test, handler } of this.#claims) {
      if (!test(bytes, from)) continue;
      handler(bytes, from);
      return;
    }
    this.#unclaimed++;
  }
}
