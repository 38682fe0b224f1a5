import { formatEndpoint, isDialable as isDialableEndpoint, type Endpoint } from "./address.ts";
import { unreachable } from "./errors.ts";

/** A peer that listens at an IP address and port. */
export interface IpPeerAddress extends Endpoint {
  readonly kind: "ip";
}

/**
 * A WebRTC peer, which has no endpoint: a tracker relays the connection set-up. It is identified by the peer id that it
 * announces, as 40 hexadecimal digits.
 */
export interface WebRtcPeerAddress {
  readonly kind: "webrtc";
  readonly id: string;
}

/** The address of a peer, by the kind of transport that reaches it. */
export type PeerAddress = IpPeerAddress | WebRtcPeerAddress;

/** Returns the address of a peer that listens at `endpoint`. */
export function ipPeer({ ip, port }: Endpoint): IpPeerAddress {
  return { kind: "ip", ip, port };
}

/**
 * Returns the text that identifies a peer's address, for map keys and logs: `1.2.3.4:6881`, `[2001:db8::1]:6881`,
 * `webrtc:…`.
 */
export function addressKey(address: PeerAddress): string {
  switch (address.kind) {
    case "ip":
      return formatEndpoint(address);
    case "webrtc":
      return `webrtc:${address.id}`;
    default:
      return unreachable(address);
  }
}

/** Returns the IP address and port of a peer; `undefined` for a peer without an IP address (WebRTC). */
export function addressEndpoint(address: PeerAddress): Endpoint | undefined {
  switch (address.kind) {
    case "ip":
      return address;
    case "webrtc":
      return undefined;
    default:
      return unreachable(address);
  }
}

/** Returns the address of the same peer with another port; unchanged for a peer without a port (WebRTC). */
export function addressWithPort(address: PeerAddress, port: number): PeerAddress {
  switch (address.kind) {
    case "ip":
      return ipPeer({ ip: address.ip, port });
    case "webrtc":
      return address;
    default:
      return unreachable(address);
  }
}

/** Returns the IP address of a peer; `undefined` for a peer without one (WebRTC). */
export function addressIp(address: PeerAddress): string | undefined {
  return addressEndpoint(address)?.ip;
}

/** Whether a peer can have this address: an IP address must be unicast, with a port other than 0. */
export function isDialableAddress(address: PeerAddress): boolean {
  const endpoint = addressEndpoint(address);
  return endpoint === undefined || isDialableEndpoint(endpoint);
}
