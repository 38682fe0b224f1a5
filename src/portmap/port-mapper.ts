import { errorCode, NetworkError, toError } from "../base/index.ts";
import type { Gateway, Runtime, Timer } from "../runtime/index.ts";
import {
  LEASE_S,
  MAX_GATEWAYS,
  MAX_RENEW_MS,
  MAX_RETRY_MS,
  MIN_RENEW_MS,
  REMOVAL_MS,
  RETRY_MS,
  UNANSWERED_REMOVAL_MS,
} from "./limits.ts";
import type { Lease, MappingMethod, MappingMethodName } from "./method.ts";
import { natPmp, pcp } from "./pcp.ts";
import type { MapRequest } from "./pcp-messages.ts";
import { findUpnp } from "./upnp.ts";

/** The state of a {@link PortMapper}. */
export type PortMappingState =
  | { readonly kind: "mapping" }
  | {
      readonly kind: "mapped";
      readonly method: MappingMethodName;
      /** The IP address of the gateway in the local network. */
      readonly gateway: string;
      /** The external address of the gateway; `undefined` when the gateway does not know it. */
      readonly externalIp: string | undefined;
      /** The external ports; `udp` is `undefined` when the gateway has mapped no UDP port. */
      readonly tcp: number;
      readonly udp: number | undefined;
    }
  /** `retryAt`: the time of the clock, in milliseconds, of the next attempt. */
  | { readonly kind: "failed"; readonly code: string; readonly reason: string; readonly retryAt: number };

/** Options of {@link PortMapper}. */
export interface PortMapperOptions {
  readonly runtime: Pick<Runtime, "clock" | "random" | "datagrams" | "gateways" | "http" | "log">;
  /** The port to map, both of TCP and of UDP. */
  readonly port: number;
  /** Called when the state has changed. */
  readonly onChange?: (state: PortMappingState) => void;
}

/** A gateway that has mapped the ports. */
interface Held {
  readonly gateway: Gateway;
  readonly method: MappingMethod;
  readonly tcp: Lease;
  readonly udp: Lease | undefined;
}

/**
 * Keeps a port mapped at the gateway of this host, so that peers on the Internet reach it: by PCP (RFC 6887), NAT-PMP
 * (RFC 6886) or UPnP. It begins when it is created, and renews the mapping at half its lease, at least every ten
 * minutes. So it follows changes of the external address and port. After a failure it tries again,
 * first after a minute.
 */
export class PortMapper {
  readonly #options: PortMapperOptions;
  readonly #abort = new AbortController();
  #state: PortMappingState = { kind: "mapping" };
  #held: Held | undefined;
  /** The requests whose reply was not awaited: the gateway may have mapped their ports. */
  #unanswered: { readonly method: MappingMethod; readonly request: MapRequest }[] = [];
  #failures = 0;
  #timer: Timer | undefined;
  #running: Promise<void>;

  constructor(options: PortMapperOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  get state(): PortMappingState {
    return this.#state;
  }

  /** Stops and removes the mapping, in 2 seconds at most. Never rejects. */
  async close(): Promise<void> {
    this.#abort.abort();
    this.#timer?.cancel();
    await this.#running;
    const held = this.#held;
    this.#held = undefined;
    const mapped = held === undefined ? [] : [["tcp", held.tcp] as const, ["udp", held.udp] as const];
    const removals = mapped.flatMap(([protocol, lease]) =>
      held === undefined || lease === undefined
        ? []
        : [{ method: held.method, request: this.#request(protocol, lease.externalPort) }],
    );
    const all = [...removals, ...this.#unanswered];
    if (all.length === 0) return;
    const end = new AbortController();
    // A gateway that has not replied before may be none.
    const ms = removals.length > 0 ? REMOVAL_MS : UNANSWERED_REMOVAL_MS;
    const timer = this.#options.runtime.clock.after(ms, () => end.abort());
    await Promise.allSettled(all.map(({ method, request }) => method.unmap(request, end.signal)));
    timer.cancel();
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#options.runtime;
    try {
      this.#held = await this.#map();
      this.#failures = 0;
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      this.#held = undefined;
      const ms = Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** this.#failures++);
      const { message } = toError(error);
      log.debug("cannot map the port", { reason: message });
      this.#change({
        kind: "failed",
        code: errorCode(error) ?? "portmap.failed",
        reason: message,
        retryAt: clock.now() + ms,
      });
      this.#plan(ms);
      return;
    }
    const { gateway, method, tcp, udp } = this.#held;
    this.#change({
      kind: "mapped",
      method: method.name,
      gateway: gateway.ip,
      externalIp: tcp.externalIp,
      tcp: tcp.externalPort,
      udp: udp?.externalPort,
    });
    const leaseMs = 1_000 * Math.min(tcp.lifetimeS, udp?.lifetimeS ?? Infinity);
    this.#plan(Math.max(MIN_RENEW_MS, Math.min(MAX_RENEW_MS, leaseMs / 2)));
  }

  #plan(ms: number): void {
    if (this.#abort.signal.aborted) return;
    this.#timer = this.#options.runtime.clock.after(ms, () => {
      this.#running = this.#run();
    });
  }

  #change(state: PortMappingState): void {
    const before = this.#state;
    this.#state = state;
    if (JSON.stringify(state) !== JSON.stringify(before)) this.#options.onChange?.(state);
  }

  /** Renews the mapping, or makes one at the first gateway that can. */
  async #map(): Promise<Held> {
    const { runtime } = this.#options;
    const held = this.#held;
    const gateways = await runtime.gateways.find();
    if (gateways.length === 0) throw new NetworkError("portmap.no-gateway", "no router was found");
    // The network may have changed since then.
    if (held !== undefined && gateways.some(({ ip, localIp }) => isSame(held.gateway, ip, localIp))) {
      try {
        return await this.#mapAt(held.gateway, held.method, held);
      } catch (error) {
        if (this.#abort.signal.aborted) throw error;
      }
    }
    const errors: Error[] = [];
    for (const gateway of gateways.slice(0, MAX_GATEWAYS)) {
      for (const find of [
        async () => [pcp(runtime, gateway)],
        async () => (errorCode(errors.at(-1)) === "portmap.version" ? [natPmp(runtime, gateway)] : []),
        () => findUpnp(runtime, gateway, this.#abort.signal),
      ]) {
        const methods = await find().catch((error: unknown) => {
          if (this.#abort.signal.aborted) throw error;
          errors.push(toError(error));
          return [];
        });
        for (const method of methods) {
          try {
            return await this.#mapAt(gateway, method, held);
          } catch (error) {
            if (this.#abort.signal.aborted) throw error;
            errors.push(toError(error));
          }
        }
      }
    }
    // A refusal says more than silence.
    throw (
      errors.find((error) => errorCode(error) === "portmap.refused") ??
      new NetworkError(
        "portmap.silent",
        "the router responds neither to PCP, NAT-PMP nor UPnP: enable one of them in it",
      )
    );
  }

  async #mapAt(gateway: Gateway, method: MappingMethod, before: Held | undefined): Promise<Held> {
    const { signal } = this.#abort;
    const wanted = before?.tcp.externalPort ?? this.#options.port;
    const tcp = await this.#ask(method, this.#request("tcp", wanted), signal);
    const held: Held = { gateway, method, tcp, udp: undefined };
    // From now on `close` removes it.
    this.#held = held;
    try {
      return { ...held, udp: await this.#ask(method, this.#request("udp", tcp.externalPort), signal) };
    } catch (error) {
      this.#options.runtime.log.debug("cannot map the UDP port", { reason: toError(error).message });
      return held;
    }
  }

  /** Maps a port, and remembers the request when it was aborted before the reply. */
  async #ask(method: MappingMethod, request: MapRequest, signal: AbortSignal): Promise<Lease> {
    try {
      return await method.map(request, signal);
    } catch (error) {
      if (signal.aborted) this.#unanswered.push({ method, request });
      throw error;
    }
  }

  #request(protocol: MapRequest["protocol"], externalPort: number): MapRequest {
    return { protocol, internalPort: this.#options.port, externalPort, lifetimeS: LEASE_S };
  }
}

function isSame(gateway: Gateway, ip: string, localIp: string): boolean {
  return gateway.ip === ip && gateway.localIp === localIp;
}
