import {
  addressEndpoint,
  addressIp,
  addressKey,
  ipPeer,
  ipScope,
  isDialable,
  type Endpoint,
  type PeerAddress,
} from "../../base/index.ts";
import type { Clock } from "../../runtime/index.ts";
import {
  MAX_PEX_PEERS,
  NO_PEX_FLAGS,
  utHolepunch,
  utPex,
  type PexFlags,
  type PexMessage,
  type PexPeer,
} from "../../wire/index.ts";
import { PEX_INTERVAL_MS } from "../limits.ts";
import type { Peer } from "../peer/peer.ts";

/** Options of {@link PeerExchange}. */
export interface PeerExchangeOptions {
  readonly clock: Clock;
  readonly peers: ReadonlySet<Peer>;
  /** Returns whether peers may be exchanged: false for a private torrent (BEP 27). */
  readonly isAllowed: () => boolean;
  /** Called when a peer has sent addresses of other peers. `areSeeds` is whether the peer marked them as seeds. */
  readonly onFound: (addresses: readonly PeerAddress[], areSeeds: boolean) => void;
  /** Called with the addresses of peers that are said to support uTP. */
  readonly onUtp: (addresses: readonly PeerAddress[]) => void;
  /** Called with the addresses of peers that are said to prefer encryption. */
  readonly onEncryption: (addresses: readonly PeerAddress[]) => void;
  /** Sends the peer another extended handshake. */
  readonly sendHandshake: (peer: Peer) => void;
}

/** A connected peer, and the address at which to dial it. */
interface Contact {
  readonly peer: Peer;
  readonly endpoint: Endpoint;
}

/**
 * Peer exchange (BEP 11): sends each peer the addresses of the other connected peers, and handles the addresses that
 * each peer sends.
 */
export class PeerExchange {
  readonly #options: PeerExchangeOptions;
  /** A number that grows with each change of the connected peers or their addresses. */
  #version = 0;

  constructor(options: PeerExchangeOptions) {
    this.#options = options;
  }

  /** Called when a peer has connected or disconnected, or its address has become known. */
  onChange(): void {
    this.#version++;
  }

  /** Handles a peer exchange message. A message that arrives too early is ignored. */
  onMessage(peer: Peer, message: PexMessage): void {
    const { clock, isAllowed, onFound, onUtp, onEncryption } = this.#options;
    if (!isAllowed() || !peer.pex.mayRead(clock.now())) return;
    const peers = credible(message.added, peer);
    for (const each of message.dropped) peer.pex.heard.delete(addressKey(ipPeer(each)));
    for (const each of peers) peer.pex.heard.set(addressKey(ipPeer(each)), true);
    onUtp(peers.filter(({ flags }) => flags.supportsUtp).map(ipPeer));
    onEncryption(peers.filter(({ flags }) => flags.prefersEncryption).map(ipPeer));
    for (const areSeeds of [false, true]) {
      const chosen = peers.filter(({ flags }) => flags.isSeed === areSeeds);
      if (chosen.length > 0) onFound(chosen.map(ipPeer), areSeeds);
    }
  }

  /** Called once a second: sends the messages that are due. */
  tick(now: number): void {
    const { peers, isAllowed } = this.#options;
    if (!isAllowed()) return;
    let contacts: ReadonlyMap<string, Contact> | undefined;
    for (const peer of peers) {
      if (!peer.extensions.supports(utPex) || peer.pex.sentVersion === this.#version || now < peer.pex.sendAt) continue;
      contacts ??= contactsOf(peers);
      this.#update(peer, contacts, now);
    }
  }

  /**
   * Called when the result of `isAllowed` has changed: sends each peer a handshake with or without the extension. Peers
   * stay connected.
   */
  update(): void {
    const { peers, isAllowed, sendHandshake } = this.#options;
    for (const peer of peers) {
      const { extensions } = peer;
      const changes = isAllowed()
        ? [extensions.offer(utPex), extensions.offer(utHolepunch)]
        : [extensions.withdraw(utPex), extensions.withdraw(utHolepunch)];
      if (changes.includes(true)) sendHandshake(peer);
    }
  }

  /** Sends a peer the changes since its last message, if there are any. */
  #update(peer: Peer, contacts: ReadonlyMap<string, Contact>, now: number): void {
    const { pex } = peer;
    const [added, dropped] = [newTo(peer, contacts), goneFor(peer, contacts)];
    const isComplete = added.length <= MAX_PEX_PEERS && dropped.length <= MAX_PEX_PEERS;
    if (isComplete) pex.sentVersion = this.#version;
    if (added.length + dropped.length === 0) return;
    pex.sendAt = now + PEX_INTERVAL_MS;
    const message = {
      added: added.slice(0, MAX_PEX_PEERS).map((contact) => ({ ...contact.endpoint, flags: flagsOf(contact.peer) })),
      dropped: dropped.slice(0, MAX_PEX_PEERS),
    };
    for (const { ip, port } of message.added) pex.sent.set(addressKey(ipPeer({ ip, port })), { ip, port });
    for (const endpoint of message.dropped) pex.sent.delete(addressKey(ipPeer(endpoint)));
    const out = peer.extensions.message(utPex, message);
    if (out !== undefined) peer.send(out);
  }
}

/** Returns the connected peers whose address to dial is known, by the key of the address. */
function contactsOf(peers: Iterable<Peer>): Map<string, Contact> {
  const contacts = new Map<string, Contact>();
  for (const peer of peers) {
    const address = peer.profile.listenAddress;
    const endpoint = address === undefined ? undefined : addressEndpoint(address);
    if (address === undefined || endpoint === undefined || !isDialable(endpoint)) continue;
    contacts.set(addressKey(address), { peer, endpoint: { ip: endpoint.ip, port: endpoint.port } });
  }
  return contacts;
}

/** Returns the contacts that the peer was not sent and whose addresses it can use. */
function newTo(peer: Peer, contacts: ReadonlyMap<string, Contact>): Contact[] {
  const out: Contact[] = [];
  for (const [key, contact] of contacts)
    if (contact.peer !== peer && !peer.pex.sent.has(key) && concerns(contact.endpoint, peer)) out.push(contact);
  return out;
}

/** Returns the endpoints that were sent to the peer and now belong to no connected peer. */
function goneFor(peer: Peer, contacts: ReadonlyMap<string, Contact>): Endpoint[] {
  const out: Endpoint[] = [];
  for (const [key, endpoint] of peer.pex.sent) if (!contacts.has(key)) out.push(endpoint);
  return out;
}

/**
 * Whether an address may be exchanged with a peer. Private and loopback addresses are exchanged only with peers that
 * have such an address themselves. A peer with a public address cannot dial them, and a private address that it sends
 * could be an unrelated host of this client's network.
 */
export function concerns({ ip }: Endpoint, peer: Peer): boolean {
  const other = addressIp(peer.address);
  return ipScope(ip) === "public" || (other !== undefined && ipScope(other) !== "public");
}

/**
 * Returns the peers that may be dialed among the first {@link MAX_PEX_PEERS} added ones. For each public address only
 * one port is accepted; otherwise a single message could make many connections to one victim.
 */
function credible(added: readonly PexPeer[], sender: Peer): PexPeer[] {
  const ips = new Set<string>();
  return added.slice(0, MAX_PEX_PEERS).filter((each) => {
    if (!concerns(each, sender) || ips.has(each.ip)) return false;
    if (ipScope(each.ip) === "public") ips.add(each.ip);
    return true;
  });
}

function flagsOf({ profile, isSeed, connection, extensions }: Peer): PexFlags {
  return {
    ...NO_PEX_FLAGS,
    prefersEncryption:
      connection.isEncrypted || (profile.direction === "incoming" && connection.beganEncrypted === true),
    isSeed: isSeed || profile.extended?.uploadOnly === true,
    supportsUtp: connection.kind === "utp",
    supportsHolepunch: extensions.supports(utHolepunch),
    isReachable: profile.direction === "outgoing",
  };
}
