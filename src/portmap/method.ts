import type { MapRequest } from "./pcp-messages.ts";

/** A way in which gateways map ports. */
export type MappingMethodName = "pcp" | "nat-pmp" | "upnp";

/** A port that a gateway has mapped. */
export interface Lease {
  readonly externalPort: number;
  /** The external address of the gateway; `undefined` when the gateway does not know it. */
  readonly externalIp: string | undefined;
  /** The time, in seconds, after which the gateway removes the mapping; `Infinity`: never. */
  readonly lifetimeS: number;
}

/** A gateway, by a method that it has replied to. */
export interface MappingMethod {
  readonly name: MappingMethodName;
  /** Maps a port, or renews a mapping. Rejects with NetworkError `portmap.*`, or AbortError. */
  map(request: MapRequest, signal: AbortSignal): Promise<Lease>;
  /** Removes a mapping. Rejects as {@link MappingMethod.map} does. */
  unmap(request: MapRequest, signal: AbortSignal): Promise<void>;
}
