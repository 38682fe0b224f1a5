import { addressIp, addressKey, ipPeer, ipScope, networkOf, type Endpoint, type PeerAddress } from "../base/index.ts";
import { peerPriority } from "../discovery/index.ts";
import { IDLE_MS, MAX_PEERS_PER_ADDRESS, MAX_PEERS_PER_NETWORK, MIN_SHARED_PEERS, USELESS_MS } from "./limits.ts";
import type { Peer } from "./peer/peer.ts";

/**
 * A new connection that may take the place of an existing one: its remote and local endpoints, from which its priority
 * is computed (BEP 40).
 */
export interface Newcomer {
  readonly remote: Endpoint;
  readonly local: Endpoint;
}

/**
 * Returns the peer to disconnect when the maximum number of peers is reached; `undefined` when no peer may be
 * disconnected. A useless peer comes first: neither side is interested in the other. When there is none and a
 * `newcomer` is given, an idle peer is selected: no block has passed for {@link IDLE_MS}. Its network (IPv4 /24, IPv6
 * /48) must have more peers than the network of the newcomer would have with it. If both numbers are equal, the peer
 * must have a lower priority than the newcomer (BEP 40). `now` is the time in milliseconds of the runtime's clock.
 */
export function leastUseful(peers: Iterable<Peer>, now: number, newcomer?: Newcomer): Peer | undefined {
  const all = [...peers];
  const useless = all.filter((peer) => isUseless(peer, now));
  if (useless.length > 0)
    return useless.reduce((longest, peer) => (peer.connectedAt < longest.connectedAt ? peer : longest));
  return newcomer === undefined ? undefined : leastOfIdle(all, now, newcomer);
}

/**
 * Whether a torrent has reached the maximum number of peers at an address or in its public network. `places` is the
 * maximum number of peers of the torrent.
 */
export function hasItsShare(peers: Iterable<Peer>, ip: string, places: number): boolean {
  const isPublic = ipScope(ip) === "public";
  const [address, network] = [networkOf(ip), networkOf(ip, 24)];
  let [ofAddress, ofNetwork] = [0, 0];
  for (const peer of peers) {
    const other = addressIp(peer.address);
    if (other === undefined) continue;
    if (networkOf(other) === address) ofAddress++;
    if (networkOf(other, 24) === network) ofNetwork++;
  }
  if (!isPublic) return ofAddress >= Math.max(MIN_SHARED_PEERS, Math.floor(places / 2));
  return ofAddress >= MAX_PEERS_PER_ADDRESS || ofNetwork >= MAX_PEERS_PER_NETWORK;
}

function leastOfIdle(peers: readonly Peer[], now: number, newcomer: Newcomer): Peer | undefined {
  const sizes = new Map<string, number>();
  for (const { address } of peers) sizes.set(networkOfPeer(address), (sizes.get(networkOfPeer(address)) ?? 0) + 1);
  const sizeOf = (address: PeerAddress): number => sizes.get(networkOfPeer(address)) ?? 0;
  const [ours, theirs] = [ipPeer(newcomer.local), ipPeer(newcomer.remote)];
  const own = sizeOf(theirs) + 1;
  const priority = peerPriority(ours, theirs);
  let least: { readonly peer: Peer; readonly size: number; readonly priority: number } | undefined;
  for (const peer of peers) {
    if (!isIdle(peer, now)) continue;
    const entry = {
      peer,
      size: sizeOf(peer.address),
      priority: peerPriority(ipPeer(peer.connection.local), peer.address),
    };
    if (entry.size < own || (entry.size === own && entry.priority >= priority)) continue;
    if (
      least === undefined ||
      entry.size > least.size ||
      (entry.size === least.size && entry.priority < least.priority)
    )
      least = entry;
  }
  return least?.peer;
}

/**
 * Returns the network of a peer as text: its IPv4 /24 or IPv6 /48. Each peer without an IP address is a network by
 * itself.
 */
function networkOfPeer(address: PeerAddress): string {
  const ip = addressIp(address);
  return ip === undefined ? addressKey(address) : networkOf(ip, 24);
}

/**
 * Whether a peer may be disconnected first: no block has passed for a time and neither side is interested in the other,
 * or the peer floods this client with peer exchange messages. A peer from which metadata is still needed is never
 * useless for lack of interest.
 */
function isUseless(peer: Peer, now: number): boolean {
  if (peer.pex.isFlooding) return true;
  if (peer.pieces === undefined && peer.profile.extended?.metadataSize !== undefined) return false;
  // A peer that sent or received blocks may do so again: a super-seed (BEP 16) announces its pieces one by one.
  const patience = peer.download.meter.total + peer.upload.meter.total > 0 ? IDLE_MS : USELESS_MS;
  return !peer.flags.amInterested && !peer.flags.peerInterested && now - peer.lastMovedAt >= patience;
}

function isIdle(peer: Peer, now: number): boolean {
  return now - peer.lastMovedAt >= IDLE_MS;
}

/**
 * Whether a connection is stale: no block has passed for {@link USELESS_MS}. A second connection from the same address
 * with the same peer id then replaces it.
 */
export function isStale(peer: Peer, now: number): boolean {
  return now - peer.lastMovedAt >= USELESS_MS;
}
