import {
  addressEndpoint,
  addressIp,
  addressKey,
  formatEndpoint,
  ipPeer,
  isDialable,
  RecentMap,
  spendAllowance,
  type Allowance,
  type Endpoint,
  type PeerAddress,
} from "../../base/index.ts";
import type { Clock, Log } from "../../runtime/index.ts";
import { utHolepunch, type HolepunchError, type HolepunchMessage } from "../../wire/index.ts";
import { HOLEPUNCH_AGAIN_MS, HOLEPUNCH_BURST, HOLEPUNCH_PER_SECOND, MAX_HOLEPUNCHED } from "../limits.ts";
import type { Peer } from "../peer/peer.ts";
import { concerns } from "../pex/peer-exchange.ts";

/** Options of {@link Holepunch}. */
export interface HolepunchOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly peers: ReadonlySet<Peer>;
  /** Returns whether peers are exchanged: false for a private torrent (BEP 27). */
  readonly isAllowed: () => boolean;
  /** Connects to a peer over uTP; does nothing when the client does not want that peer. */
  readonly connect: (address: PeerAddress) => void;
}

/**
 * The holepunch extension (BEP 55). It has three parts: asks a peer that knows an unreachable one for a rendezvous with
 * it; relays the rendezvous of others; and connects to a peer with which another one wants a rendezvous.
 */
export class Holepunch {
  readonly #options: HolepunchOptions;
  /** The peers for which a rendezvous was requested, with the time, in milliseconds of the runtime's clock. */
  readonly #asked = new RecentMap<string, number>(MAX_HOLEPUNCHED);
  /** The number of messages that each peer may still send. */
  readonly #allowances = new WeakMap<Peer, Allowance>();

  constructor(options: HolepunchOptions) {
    this.#options = options;
  }

  /**
   * Called when a peer could not be reached: asks a connected peer that has announced it by peer exchange for a
   * rendezvous. Returns whether there was one.
   */
  request(address: PeerAddress): boolean {
    const { clock, peers, isAllowed } = this.#options;
    const endpoint = addressEndpoint(address);
    if (!isAllowed() || endpoint === undefined) return false;
    const key = addressKey(address);
    const before = this.#asked.get(key);
    if (before !== undefined && clock.now() - before < HOLEPUNCH_AGAIN_MS) return false;
    for (const peer of peers) {
      if (!peer.pex.heard.has(key) || !send(peer, { type: "rendezvous", endpoint })) continue;
      this.#asked.set(key, clock.now());
      return true;
    }
    return false;
  }

  /** Handles a message. Those that come too often are ignored. */
  onMessage(peer: Peer, message: HolepunchMessage): void {
    const { clock, isAllowed } = this.#options;
    if (!isAllowed() || !peer.extensions.supports(utHolepunch)) return;
    const allowance = this.#allowances.get(peer) ?? { left: HOLEPUNCH_BURST, at: clock.now() };
    this.#allowances.set(peer, allowance);
    if (!spendAllowance(allowance, HOLEPUNCH_PER_SECOND, HOLEPUNCH_BURST, clock.now())) return;
    switch (message.type) {
      case "rendezvous":
        this.#relay(peer, message.endpoint);
        break;
      case "connect":
        this.#connect(peer, message.endpoint);
        break;
      case "error":
        this.#options.log.debug("no rendezvous", {
          with: formatEndpoint(message.endpoint),
          reason: message.error ?? "unknown",
        });
        break;
    }
  }

  #relay(initiator: Peer, endpoint: Endpoint): void {
    const refuse = (error: HolepunchError): void => void send(initiator, { type: "error", endpoint, error });
    const from = contactOf(initiator);
    if (!isDialable(endpoint)) return refuse("no-such-peer");
    const target = this.#find(endpoint);
    if (target === initiator || from === undefined) return refuse("no-such-peer");
    // An address of another kind of network is of no use to the other peer, and none of its business.
    if (target === undefined || !concerns(endpoint, initiator) || !concerns(from, target))
      return refuse("not-connected");
    if (!send(target, { type: "connect", endpoint: from })) return refuse("no-support");
    send(initiator, { type: "connect", endpoint });
  }

  /** Returns the connected peer that this client has announced with this endpoint. */
  #find(endpoint: Endpoint): Peer | undefined {
    const key = addressKey(ipPeer(endpoint));
    for (const peer of this.#options.peers) {
      const { listenAddress } = peer.profile;
      if (listenAddress !== undefined && addressKey(listenAddress) === key) return peer;
    }
    return undefined;
  }

  #connect(relay: Peer, endpoint: Endpoint): void {
    if (!isDialable(endpoint) || !concerns(endpoint, relay)) return;
    const address = ipPeer(endpoint);
    for (const peer of this.#options.peers) {
      const { listenAddress } = peer.profile;
      if (listenAddress !== undefined && addressKey(listenAddress) === addressKey(address)) return;
    }
    this.#options.connect(address);
  }
}

/** The endpoint from which a peer reaches others over uTP, as far as it is known. */
function contactOf({ profile, address }: Peer): Endpoint | undefined {
  const listen = profile.listenAddress;
  const endpoint = listen === undefined ? undefined : addressEndpoint(listen);
  const ip = addressIp(address);
  return endpoint === undefined || ip === undefined ? undefined : { ip: endpoint.ip, port: endpoint.port };
}

/** Sends a message to a peer; returns false when the peer does not support the extension. */
function send(peer: Peer, message: HolepunchMessage): boolean {
  const out = peer.extensions.message(utHolepunch, message);
  if (out === undefined) return false;
  peer.send(out);
  return true;
}
