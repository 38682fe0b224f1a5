import { addressIp, addressKey, ipPeer, ipScope, networkOf, type Endpoint, type PeerAddress } from "../base/index.ts";
import { peerPriority } from "../discovery/index.ts";
import { IDLE_MS, MAX_PEERS_PER_ADDRESS, MAX_PEERS_PER_NETWORK, MIN_SHARED_PEERS, USELESS_MS } from "./limits.ts";
import type { Peer } from "./peer/peer.ts";

/** Who wants a place: where it is, and where it reached us, for BEP 40. */
export interface Newcomer {
  readonly remote: Endpoint;
  readonly local: Endpoint;
}

/**
 * The peer to part with when there is no place left, or `undefined` when all are of use. First those that want nothing
 * and have nothing that we want, whoever else waits for a place. Then, for a newcomer, those with which nothing has
 * moved for long: those of a network (/24, IPv6 /48) that has more places than the newcomer's, or as many and a lower
 * priority than the newcomer (BEP 40). `now` on the clock's scale.
 */
export function leastUseful(peers: Iterable<Peer>, now: number, newcomer?: Newcomer): Peer | undefined {
  const all = [...peers];
  const useless = all.filter((peer) => isUseless(peer, now));
  if (useless.length > 0)
    return useless.reduce((longest, peer) => (peer.connectedAt < longest.connectedAt ? peer : longest));
  return newcomer === undefined ? undefined : leastOfIdle(all, now, newcomer);
}

/**
 * Whether one address, or one network of public addresses, has as many places of a torrent as it may, so that others
 * find some, too. `places`: how many there are.
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
  for (const { address } of peers) sizes.set(neighbourhood(address), (sizes.get(neighbourhood(address)) ?? 0) + 1);
  const sizeOf = (address: PeerAddress): number => sizes.get(neighbourhood(address)) ?? 0;
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

/** What counts as one network: a /24, IPv6 a /48; a peer without an IP address is one by itself. */
function neighbourhood(address: PeerAddress): string {
  const ip = addressIp(address);
  return ip === undefined ? addressKey(address) : networkOf(ip, 24);
}

/**
 * Neither side wants anything of the other, though there was time to say so. One that has metadata which we lack is of
 * use.
 */
function isUseless(peer: Peer, now: number): boolean {
  if (peer.pieces === undefined && peer.profile.extended?.metadataSize !== undefined) return false;
  // One that gave or took blocks may do so again: a seed that shows its pieces one by one (BEP 16) waits in between.
  const patience = peer.download.meter.total + peer.upload.meter.total > 0 ? IDLE_MS : USELESS_MS;
  return !peer.flags.amInterested && !peer.flags.peerInterested && now - peer.lastMovedAt >= patience;
}

function isIdle(peer: Peer, now: number): boolean {
  return now - peer.lastMovedAt >= IDLE_MS;
}

/**
 * Whether a connection with a peer that came again from its address under its id is stale: the new one takes its place.
 */
export function isStale(peer: Peer, now: number): boolean {
  return now - peer.lastMovedAt >= USELESS_MS;
}
