import { addressIp, addressKey, ipScope, PeerError, RecentMap, type PeerAddress, type PeerId } from "../base/index.ts";
import { MAX_OFFENCES } from "./limits.ts";
import type { PeerIdentity } from "./peer/peer-profile.ts";

/**
 * The maximum number of banned addresses, and of addresses with counted errors, that are remembered. Beyond it, the
 * oldest ones are removed.
 */
const MAX_REMEMBERED = 10_000;

/**
 * The banned peers. A public address is banned as a whole, because the peer at it can change its ports and peer ids at
 * will. Many honest peers may share a private or loopback address. Of such an address only the port is banned; when the
 * peer is proved to have sent bad data, its peer id is banned there as well. A protocol error counts only against the
 * address, because a peer can use the peer id of another peer.
 */
export class BanList {
  readonly #banned = new RecentMap<string, true>(MAX_REMEMBERED);
  readonly #offences = new RecentMap<string, number>(MAX_REMEMBERED);

  /** Bans a peer permanently. */
  ban(identity: PeerIdentity): void {
    for (const key of keys(identity.address, identity.peerId)) this.#banned.set(key, true);
  }

  /** Counts a protocol error of a peer at this address; returns whether the address is banned now. */
  offend(address: PeerAddress): boolean {
    const [key = ""] = keys(address, undefined);
    if (this.#countOffence(key) < MAX_OFFENCES) return false;
    this.#banned.set(key, true);
    return true;
  }

  isBanned(address: PeerAddress, peerId?: PeerId): boolean {
    return keys(address, peerId).some((key) => this.#banned.has(key));
  }

  get size(): number {
    return this.#banned.size;
  }

  #countOffence(key: string): number {
    const count = (this.#offences.get(key) ?? 0) + 1;
    this.#offences.set(key, count);
    return count;
  }
}

function keys(address: PeerAddress, peerId: PeerId | undefined): string[] {
  const ip = addressIp(address);
  if (ip === undefined) return [addressKey(address)];
  if (ipScope(ip) === "public") return [ip];
  const out = [addressKey(address)];
  if (peerId !== undefined) out.push(`${ip} ${peerId.hex}`);
  return out;
}

/** The codes of the PeerErrors that a peer can cause without violating the protocol. */
const BREAKS_NOTHING: ReadonlySet<string> = new Set(["peer.silent", "peer.stalled"]);

/** Whether a connection was closed because the peer violated the protocol. */
export function isOffence(error: Error | undefined): boolean {
  return error instanceof PeerError && !BREAKS_NOTHING.has(error.code);
}
