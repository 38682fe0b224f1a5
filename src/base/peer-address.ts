import { formatEndpoint, isDialable as isDialableEndpoint, type Endpoint } from "./address.ts";

/** A peer that listens at an IP address and port. */
export interface IpPeerAddress extends Endpoint {
  readonly kind: "ip";
}

/**
 * A peer that only a tracker's signalling reaches (WebRTC): known by the peer id that it announces, 40 hexadecimal
 * digits.
 */
export interface WebRtcPeerAddress {
  readonly kind: "webrtc";
  readonly id: string;
}

/** Where a peer is, by the kind of transport that reaches it. */
export type PeerAddress = IpPeerAddress | WebRtcPeerAddress;

/** The address of a peer that listens at `endpoint`. */
export function ipPeer({ ip, port }: Endpoint): IpPeerAddress {
  return { kind: "ip", ip, port };
}

/**
 * The one text of an address, by which peers are distinguished, and which logs show: `1.2.3.4:6881`,
 * `[2001:db8::1]:6881`, `webrtc:…`.
 */
export function addressKey(address: PeerAddress): string {
  return address.kind === "ip" ? formatEndpoint(address) : `webrtc:${address.id}`;
}

/** The IP address of a peer; `undefined` when it is not known by one. */
export function addressIp(address: PeerAddress): string | undefined {
  return address.kind === "ip" ? address.ip : undefined;
}

/** Whether a peer could be there at all: for IP, a unicast address and a port that is not 0. */
export function isDialableAddress(address: PeerAddress): boolean {
  return address.kind !== "ip" || isDialableEndpoint(address);
}
