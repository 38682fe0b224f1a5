import { canonicalIp, ipFamily, NetworkError, RecentMap, toError, type Endpoint } from "../../../base/index.ts";
import type { BindOptions, Datagrams, DatagramSocket } from "../../datagrams.ts";
import {
  ASSOCIATE_TIMEOUT_MS,
  FIRST_RETRY_MS,
  LONGEST_RETRY_MS,
  MAX_HEADERS,
  MAX_NAMED_PORTS,
  MAX_NAMES_PER_PORT,
  REFUSAL_MS,
} from "./limits.ts";
import type { ProxyContext } from "./net.ts";
import { associate, type Association } from "./tunnel.ts";
import { parseUdpFrame, udpHeader } from "./udp-frame.ts";

/** UDP through a SOCKS5 proxy (UDP ASSOCIATE, RFC 1928). */
export class ProxiedDatagrams implements Datagrams {
  readonly #context: ProxyContext;
  /** Whether the proxy forwards UDP, as found last, and the time of this host until which that holds. */
  #known: { readonly isForwarded: boolean | undefined; readonly until: number } = { isForwarded: undefined, until: 0 };

  constructor(context: ProxyContext) {
    this.#context = context;
  }

  /** Whether the proxy forwards UDP. Rejects with NetworkError when the proxy cannot be reached. */
  async areForwarded(): Promise<boolean> {
    if (this.#context.server.kind === "http") return false;
    const { isForwarded, until } = this.#known;
    if (isForwarded === undefined || Date.now() > until) {
      try {
        (await associate(this.#context, { timeoutMs: ASSOCIATE_TIMEOUT_MS })).control.destroy();
        this.#note(true);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        this.#note(false);
      }
    }
    return this.#known.isForwarded === true;
  }

  /**
   * Binds a socket whose datagrams the proxy forwards. When the proxy says that it does not forward UDP, binds a socket
   * of this host, or rejects with NetworkError `net.denied` if all traffic must use the proxy. Rejects with
   * NetworkError when the proxy cannot be reached.
   */
  async bind(options: BindOptions): Promise<DatagramSocket> {
    const { server, only, direct } = this.#context;
    const { isForwarded, until } = this.#known;
    if (server.kind === "http" || (isForwarded === false && Date.now() < until)) {
      if (!only) return direct.datagrams.bind(options);
      throw new NetworkError("net.denied", "no UDP: the proxy does not forward UDP");
    }
    try {
      const socket = await ProxiedSocket.open(this.#context, options);
      this.#note(true);
      return socket;
    } catch (error) {
      const isRefused = isRefusal(error);
      if (isRefused) this.#note(false);
      if (isRefused && !only) return direct.datagrams.bind(options);
      throw new NetworkError("net.denied", `no UDP: ${toError(error).message}`, { cause: error });
    }
  }

  #note(isForwarded: boolean): void {
    this.#known = { isForwarded, until: Date.now() + REFUSAL_MS };
  }
}

/** Whether the proxy has said that it does not forward UDP, so that another attempt would fail as well. */
export function isRefusal(error: unknown): boolean {
  const cause = error instanceof NetworkError ? error.cause : undefined;
  return cause instanceof Error && /CommandNotSupported|NotAllowed/.test(cause.message);
}

/**
 * A UDP socket whose datagrams a proxy forwards. Its port is 0: other hosts cannot send to it before it has sent to
 * them. A lost association is replaced; until then, datagrams are dropped.
 */
class ProxiedSocket implements DatagramSocket {
  readonly local: Endpoint;
  receiveBufferBytes = 0;
  readonly #context: ProxyContext;
  readonly #options: BindOptions;
  readonly #headers = new RecentMap<string, Uint8Array>(MAX_HEADERS);
  /** The placeholders of named hosts by port, each with the number of datagrams sent to it that have no reply yet. */
  readonly #named = new RecentMap<number, Map<string, { sent: number }>>(MAX_NAMED_PORTS);
  #association: Association | undefined;
  #relay: Endpoint | undefined;
  #socket: DatagramSocket | undefined;
  #retryMs = FIRST_RETRY_MS;
  #timer: NodeJS.Timeout | undefined;
  #opening: Promise<void> | undefined;
  readonly #abort = new AbortController();

  private constructor(context: ProxyContext, options: BindOptions) {
    this.#context = context;
    this.#options = options;
    this.local = { ip: options.ip, port: 0 };
  }

  static async open(context: ProxyContext, options: BindOptions): Promise<ProxiedSocket> {
    const socket = new ProxiedSocket(context, options);
    try {
      await socket.#associate();
    } catch (error) {
      await socket.close();
      throw error;
    }
    return socket;
  }

  send(bytes: Uint8Array, to: Endpoint): void {
    if (this.#relay === undefined || to.port === 0) return;
    const header = this.#headerOf(to);
    const packet = new Uint8Array(header.length + bytes.length);
    packet.set(header);
    packet.set(bytes, header.length);
    this.#socket?.send(packet, this.#relay);
  }

  async close(): Promise<void> {
    this.#abort.abort();
    clearTimeout(this.#timer);
    await this.#opening;
    this.#association?.control.destroy();
    await this.#socket?.close();
    this.#socket = undefined;
  }

  #headerOf(to: Endpoint): Uint8Array {
    const key = `${to.ip} ${to.port}`;
    const name = this.#context.names.hostOf(to.ip);
    if (name !== undefined) this.#noteName(to);
    const known = this.#headers.get(key);
    if (known !== undefined) return known;
    const header = udpHeader(name === undefined ? { ip: to.ip } : { name }, to.port);
    this.#headers.set(key, header);
    return header;
  }

  #noteName({ ip, port }: Endpoint): void {
    const names = this.#named.get(port) ?? new Map<string, { sent: number }>();
    const known = names.get(ip);
    if (known !== undefined) known.sent++;
    else if (names.size < MAX_NAMES_PER_PORT) names.set(ip, { sent: 1 });
    this.#named.set(port, names);
  }

  async #associate(): Promise<void> {
    const options = { timeoutMs: ASSOCIATE_TIMEOUT_MS, signal: this.#abort.signal };
    const association = await associate(this.#context, options);
    const { control, relay } = association;
    try {
      const ip = canonicalIp(relay.host) ?? control.remoteAddress ?? "";
      this.#socket ??= await this.#context.direct.datagrams.bind({
        ip: ipFamily(ip) === 4 ? "0.0.0.0" : "::",
        port: 0,
        ...(this.#options.bufferBytes === undefined ? {} : { bufferBytes: this.#options.bufferBytes }),
        onDatagram: (bytes, from) => this.#receive(bytes, from),
        onError: (error) => this.#options.onError?.(error),
      });
      this.receiveBufferBytes = this.#socket.receiveBufferBytes;
      this.#relay = { ip: canonicalIp(ip) ?? ip, port: relay.port };
    } catch (error) {
      control.destroy();
      throw error;
    }
    this.#association = association;
    control.on("error", () => undefined);
    control.once("close", () => this.#onLost());
    // Nothing is sent on it; reading notices its end.
    control.resume();
  }

  #onLost(): void {
    this.#association = undefined;
    this.#relay = undefined;
    if (this.#abort.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#retryMs = Math.min(LONGEST_RETRY_MS, 2 * this.#retryMs);
      this.#opening = this.#associate().then(
        () => {
          this.#retryMs = FIRST_RETRY_MS;
        },
        () => this.#onLost(),
      );
    }, this.#retryMs);
  }

  #receive(bytes: Uint8Array, sender: Endpoint): void {
    const relay = this.#relay;
    if (relay === undefined || sender.ip !== relay.ip || sender.port !== relay.port) return;
    const frame = parseUdpFrame(bytes);
    if (frame === undefined) return;
    const { from, port, payload } = frame;
    if (from !== undefined && ipFamily(from.ip) === ipFamily(this.#options.ip)) this.#options.onDatagram(payload, from);
    // The proxy does not tell which name has this address. Protocols recognize replies by random ids, so that the reply
    // can be passed on as one of each host with such a port: as many times as datagrams were sent to it.
    const family = from === undefined ? undefined : ipFamily(from.ip);
    for (const [ip, named] of this.#named.get(port) ?? []) {
      if (named.sent === 0 || (family !== undefined && ipFamily(ip) !== family)) continue;
      named.sent--;
      this.#options.onDatagram(payload, { ip, port });
    }
  }
}
