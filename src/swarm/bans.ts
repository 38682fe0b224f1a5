import { addressKey, ipScope, PeerError, RecentMap, type PeerAddress, type PeerId } from "../base/index.ts";
import { MAX_OFFENCES } from "./limits.ts";
import type { PeerIdentity } from "./peer/peer-profile.ts";

/** Identities remembered, at the most: the oldest are forgotten. */
const MAX_REMEMBERED = 10_000;

/**
 * Who is not talked to any more. A public address is banned as a whole, since it can make up ports and peer ids at
 * will. Behind a private or loopback address there may be many honest users: there only the port is, and for proved
 * lies the peer id. What breaks the protocol is charged to the address alone: anybody can claim another's id.
 */
export class BanList {
  readonly #banned = new RecentMap<string, true>(MAX_REMEMBERED);
  readonly #offences = new RecentMap<string, number>(MAX_REMEMBERED);

  /** At once and for good. */
  ban(identity: PeerIdentity): void {
    for (const key of keys(identity.address, identity.peerId)) this.#banned.set(key, true);
  }

  /** A peer at this address broke the protocol; returns whether that was once too often. */
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
  if (address.kind !== "ip") return [addressKey(address)];
  if (ipScope(address.ip) === "public") return [address.ip];
  const out = [addressKey(address)];
  if (peerId !== undefined) out.push(`${address.ip} ${peerId.hex}`);
  return out;
}

/** Why a peer is left that breaks no rule. */
const BREAKS_NOTHING: ReadonlySet<string> = new Set(["peer.silent", "peer.stalled"]);

/** Whether a peer was left because it broke the protocol. */
export function isOffence(error: Error | undefined): boolean {
  return error instanceof PeerError && !BREAKS_NOTHING.has(error.code);
}
