import type { Endpoint } from "../../base/index.ts";
import { TrackerError } from "../../base/index.ts";
import type { Clock, Timer } from "../../runtime/index.ts";
import { decodeUdpConnect, decodeUdpError, encodeUdpConnect, readUdpHeader, UdpAction } from "../codec/index.ts";
import { UDP_MAX_DOUBLINGS } from "../limits.ts";

/** Stores connection ids by tracker address. One id is valid for many requests within a minute (BEP 15). */
export interface ConnectionIds {
  get(to: Endpoint): Uint8Array | undefined;
  set(to: Endpoint, id: Uint8Array): void;
  delete(to: Endpoint): void;
}

/** Options of a {@link UdpExchange}. */
export interface UdpExchangeOptions {
  readonly clock: Clock;
  readonly ids: ConnectionIds;
  /** The tracker's endpoints of one IP family, at least one. Each retransmission is sent to the next one. */
  readonly targets: readonly [Endpoint, ...Endpoint[]];
  readonly transactionId: number;
  readonly action: typeof UdpAction.announce | typeof UdpAction.scrape;
  /** Returns the bytes of the request for a connection id. */
  readonly build: (connectionId: Uint8Array) => Uint8Array;
  readonly send: (datagram: Uint8Array, to: Endpoint) => void;
  /** The time before the first retransmission, in milliseconds. It doubles with each retransmission. */
  readonly retransmitMs: number;
  /** The maximum time for the whole exchange, in milliseconds. */
  readonly timeoutMs: number;
  /** Called once, when the exchange ends, with the reply (whose bytes are valid during the call only) or the error. */
  readonly onEnd: (result: Uint8Array | Error) => void;
}

/**
 * The state of the exchange: waiting for a connection id, waiting for the reply to the request, or ended. `isReused` is
 * true when the connection id is from an earlier exchange.
 */
type State =
  | { readonly kind: "connecting" }
  | { readonly kind: "requesting"; readonly isReused: boolean }
  | { readonly kind: "ended" };

/**
 * One request to a UDP tracker (BEP 15). Sends `connect` unless a valid connection id is known, then the request, and
 * retransmits after 15 · 2^n seconds until the total time-out. All its datagrams have the same transaction id, so a
 * late reply to an earlier one is accepted.
 *
 *   connecting --connect reply--> requesting --reply--> ended
 *   requesting --time-out, and the id was reused or has expired--> connecting  (a restarted tracker has no old ids)
 *   any --error reply, total time-out, cancel--> ended
 */
export class UdpExchange {
  readonly #options: UdpExchangeOptions;
  readonly #deadline: number;
  #state: State = { kind: "connecting" };
  #tries = 0;
  #timer: Timer | undefined;

  constructor(options: UdpExchangeOptions) {
    this.#options = options;
    this.#deadline = options.clock.now() + options.timeoutMs;
  }

  start(): void {
    this.#send();
  }

  /** Whether datagrams were sent to this endpoint. Replies from other endpoints are not accepted. */
  isFrom(from: Endpoint): boolean {
    return this.#options.targets.some((target) => target.ip === from.ip && target.port === from.port);
  }

  /**
   * Handles a datagram that has this exchange's transaction id and comes from one of its endpoints. Ignores datagrams
   * that do not fit the state, such as duplicates and forgeries.
   */
  onReply(datagram: Uint8Array, from: Endpoint): void {
    if (this.#state.kind === "ended") return;
    const action = readUdpHeader(datagram)?.action;
    try {
      if (action === UdpAction.error) this.#onRefusal(datagram, from);
      else if (action === UdpAction.connect) this.#onConnected(datagram, from);
      else if (action === this.#options.action && this.#state.kind === "requesting") this.#end(datagram);
    } catch (error) {
      this.#end(error instanceof Error ? error : new TrackerError("tracker.malformed", String(error)));
    }
  }

  /** Ends the exchange: `onEnd` is called with this error. */
  cancel(error: Error): void {
    if (this.#state.kind !== "ended") this.#end(error);
  }

  get #target(): Endpoint {
    const { targets } = this.#options;
    return targets[this.#tries % targets.length] ?? targets[0];
  }

  #onConnected(datagram: Uint8Array, from: Endpoint): void {
    if (this.#state.kind !== "connecting") return;
    const id = decodeUdpConnect(datagram);
    this.#options.ids.set(from, id);
    this.#state = { kind: "requesting", isReused: false };
    this.#arm();
    this.#options.send(this.#options.build(id), from);
  }

  #onRefusal(datagram: Uint8Array, from: Endpoint): void {
    this.#options.ids.delete(from);
    // The tracker may have refused only the old connection id: request a new one and try again.
    if (this.#state.kind === "requesting" && this.#state.isReused) this.#send();
    else this.#end(decodeUdpError(datagram));
  }

  #send(): void {
    const to = this.#target;
    const id = this.#options.ids.get(to);
    this.#state = id === undefined ? { kind: "connecting" } : { kind: "requesting", isReused: true };
    this.#arm();
    this.#options.send(id === undefined ? encodeUdpConnect(this.#options.transactionId) : this.#options.build(id), to);
  }

  #arm(): void {
    this.#timer?.cancel();
    const wait = this.#options.retransmitMs * 2 ** Math.min(this.#tries, UDP_MAX_DOUBLINGS);
    const left = this.#deadline - this.#options.clock.now();
    this.#timer = this.#options.clock.after(Math.max(0, Math.min(wait, left)), () => this.#onTimeout());
  }

  #onTimeout(): void {
    if (this.#options.clock.now() >= this.#deadline) {
      this.#end(new TrackerError("tracker.timeout", `no reply within ${Math.round(this.#options.timeoutMs / 1000)} s`));
      return;
    }
    if (this.#state.kind === "requesting" && this.#state.isReused) this.#options.ids.delete(this.#target);
    this.#tries++;
    this.#send();
  }

  #end(result: Uint8Array | Error): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#state = { kind: "ended" };
    this.#options.onEnd(result);
  }
}
