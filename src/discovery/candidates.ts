import {
  addressIp,
  addressKey,
  ipPeer,
  ipScope,
  isDialableAddress,
  type Endpoint,
  type PeerAddress,
} from "../base/index.ts";
import type { Clock, Random } from "../runtime/index.ts";
import {
  FIRST_RETRY_MS,
  LONGEST_RETRY_MS,
  MAX_CANDIDATES,
  MAX_CANDIDATES_PER_ADDRESS,
  MAX_FAILURES,
  MAX_SHARED_CANDIDATES,
  RECONNECT_MS,
  REVIVAL_MS,
  REVIVAL_RETRY_MS,
  SHORT_VISIT_MS,
} from "./limits.ts";
import { peerPriority } from "./priority.ts";

/** The way in which this client learned a peer's address. */
export type CandidateSource = "user" | "magnet" | "tracker" | "incoming" | "resume" | "exchange" | "local" | "dht";

/**
 * The state of a known peer:
 *
 *     idle ──dial──> dialing ──connected──> connected ──disconnected──> idle (later; doubling after short connections)
 *                      └──failed──> idle (later, doubling) ──too often──> forgotten
 *     any other ──block──> blocked ──unblock──> idle
 *     any ──ban──> banned
 */
type CandidateState = "idle" | "dialing" | "connected" | "blocked" | "banned";

interface Candidate {
  readonly address: PeerAddress;
  source: CandidateSource;
  state: CandidateState;
  failures: number;
  /** The earliest time to dial the peer, in milliseconds of the runtime's clock. */
  notBefore: number;
  /** The time at which the peer was last connected, in milliseconds of the runtime's clock. */
  connectedAt: number;
  /** The number of successive good connections shorter than {@link SHORT_VISIT_MS}. */
  shortVisits: number;
  /** Whether the peer had all pieces when it was last connected: a seed does not dial other seeds. */
  isSeed: boolean;
  /** Whether to dial the peer with the v2 info-hash of a hybrid torrent. */
  isV2: boolean;
  /** The peer priority (BEP 40), computed with the best known address of this host. */
  readonly priority: number;
}

/** What a source reports about the peers that it has found. */
export interface CandidateMarks {
  /** Whether the peers are seeds. */
  readonly isSeed?: boolean;
  /** Whether the peers were found by the v2 info-hash of a torrent (BEP 52). */
  readonly isV2?: boolean;
}

/**
 * All peers that a torrent knows, from all sources, with the earliest time to dial each. (Eighteen public members: one
 * for each event of a peer.)
 */
export class CandidateList {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #own: PeerAddress;
  readonly #known = new Map<string, Candidate>();
  /** The number of peers known at each IP address. */
  readonly #perIp = new Map<string, number>();
  /** The time of the last call of {@link CandidateList.retry}. */
  #retriedAt = -Infinity;

  /**
   * `own` is this host's address, with which the peer priorities are computed (BEP 40). While it is not known, any
   * address can be used.
   */
  constructor(clock: Clock, random: Random, own: Endpoint = { ip: "0.0.0.0", port: 0 }) {
    this.#clock = clock;
    this.#random = random;
    this.#own = ipPeer(own);
  }

  /**
   * Adds peers that can be dialed and returns the number of peers that were new. A known peer that the user names again
   * is dialed at once.
   */
  add(addresses: Iterable<PeerAddress>, source: CandidateSource, marks: CandidateMarks = {}): number {
    const { isSeed = false, isV2 = false } = marks;
    let added = 0;
    for (const address of addresses) {
      if (!isDialableAddress(address)) continue;
      const key = addressKey(address);
      const known = this.#known.get(key);
      if (known !== undefined) {
        if (isV2 && known.failures === 0) known.isV2 = true;
        if (source === "user" && known.state === "idle") known.notBefore = 0;
        if (source === "user") known.source = "user";
        else if (isHearsay(known.source) && !isHearsay(source)) confirm(known, source);
        continue;
      }
      const ip = addressIp(address);
      if (ip !== undefined && (this.#perIp.get(ip) ?? 0) >= mostAt(ip, source)) continue;
      if (this.#known.size >= MAX_CANDIDATES && !this.#evict(source)) continue;
      if (ip !== undefined) this.#perIp.set(ip, (this.#perIp.get(ip) ?? 0) + 1);
      this.#known.set(key, {
        address,
        source,
        state: "idle",
        failures: 0,
        notBefore: 0,
        connectedAt: 0,
        shortVisits: 0,
        isSeed,
        isV2,
        priority: peerPriority(this.#own, address),
      });
      added++;
    }
    return added;
  }

  /**
   * Returns the best peer to dial now and marks it as being dialed; `undefined` when there is none. Peers with the
   * fewest failures come first, then peers that did not come from peer exchange, then those with the highest priority
   * (BEP 40). `wantsSeeds` is whether known seeds may be returned.
   */
  next(wantsSeeds = true): PeerAddress | undefined {
    const now = this.#clock.now();
    let best: Candidate | undefined;
    for (const candidate of this.#known.values()) {
      if (candidate.state !== "idle" || candidate.notBefore > now || (candidate.isSeed && !wantsSeeds)) continue;
      if (best === undefined || isBetter(candidate, best)) best = candidate;
    }
    if (best === undefined) return undefined;
    best.state = "dialing";
    return best.address;
  }

  /** Marks a peer as being dialed, also before its time. Returns false when the peer is not known, or not idle. */
  take(address: PeerAddress): boolean {
    const candidate = this.#known.get(addressKey(address));
    if (candidate?.state !== "idle") return false;
    candidate.state = "dialing";
    return true;
  }

  /** Whether {@link CandidateList.next} would return a peer now. */
  hasNext(wantsSeeds = true): boolean {
    const now = this.#clock.now();
    for (const { state, notBefore, isSeed } of this.#known.values())
      if (state === "idle" && notBefore <= now && (!isSeed || wantsSeeds)) return true;
    return false;
  }

  /** Records that a connection to the peer is established. */
  connected(address: PeerAddress): void {
    const candidate = this.#known.get(addressKey(address));
    if (candidate === undefined || candidate.state === "banned") return;
    candidate.state = "connected";
    candidate.failures = 0;
    candidate.connectedAt = this.#clock.now();
  }

  /**
   * Records that dialing or the handshake failed. The peer is dialed again later, or removed after {@link MAX_FAILURES}
   * failures.
   */
  failed(address: PeerAddress): void {
    const key = addressKey(address);
    const candidate = this.#known.get(key);
    if (candidate === undefined || candidate.state === "banned") return;
    candidate.failures++;
    // A peer may take part in one of the two swarms of a hybrid torrent only.
    candidate.isV2 = !candidate.isV2;
    if (candidate.failures >= MAX_FAILURES && !isNamed(candidate.source)) {
      this.#forget(key, address);
      return;
    }
    const wait = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (candidate.failures - 1));
    candidate.state = "idle";
    // Up to a quarter is added at random, so that peers that failed together are not dialed again together.
    candidate.notBefore = this.#clock.now() + wait + this.#random.below(Math.ceil(wait / 4));
  }

  /** Whether to dial a peer with the v2 info-hash of a hybrid torrent, rather than with the v1 info-hash (BEP 52). */
  isV2(address: PeerAddress): boolean {
    return this.#known.get(addressKey(address))?.isV2 === true;
  }

  /** Records whether a peer has all pieces. */
  seen(address: PeerAddress, isSeed: boolean): void {
    const candidate = this.#known.get(addressKey(address));
    if (candidate !== undefined) candidate.isSeed = isSeed;
  }

  /**
   * Records that a connection ended after a completed handshake. The wait before the next dial doubles with each
   * successive short connection, because a short connection shows that one of the sides did not need the other.
   */
  disconnected(address: PeerAddress): void {
    const candidate = this.#known.get(addressKey(address));
    if (candidate === undefined || candidate.state === "banned") return;
    const now = this.#clock.now();
    const isShort = candidate.state === "connected" && now - candidate.connectedAt < SHORT_VISIT_MS;
    candidate.shortVisits = isShort ? candidate.shortVisits + 1 : 0;
    candidate.state = "idle";
    const isRevival = now - this.#retriedAt < REVIVAL_MS;
    const wait = isRevival ? REVIVAL_RETRY_MS : RECONNECT_MS * 2 ** Math.max(0, candidate.shortVisits - 1);
    candidate.notBefore = now + Math.min(LONGEST_RETRY_MS, wait);
  }

  /** Bans a peer: it is never dialed again, because it sent bad data or is this client itself. */
  ban(address: PeerAddress): void {
    const candidate = this.#known.get(addressKey(address));
    if (candidate !== undefined) candidate.state = "banned";
  }

  /** Records that the IP filter blocks a peer: it is not dialed until {@link CandidateList.unblock} is called. */
  block(address: PeerAddress): void {
    const candidate = this.#known.get(addressKey(address));
    if (candidate !== undefined && candidate.state !== "banned") candidate.state = "blocked";
  }

  /** Called when the IP filter has changed: blocked peers can be dialed again, at once. */
  unblock(): void {
    for (const candidate of this.#known.values()) {
      if (candidate.state !== "blocked") continue;
      candidate.state = "idle";
      candidate.notBefore = 0;
    }
  }

  /** Called when the network is back: every peer can be dialed at once, whatever failed before. */
  retry(): void {
    this.#retriedAt = this.#clock.now();
    for (const candidate of this.#known.values()) {
      if (candidate.state !== "idle") continue;
      candidate.failures = 0;
      candidate.notBefore = 0;
    }
  }

  /** Returns the way in which a peer was found; `undefined` when the peer is not known. */
  sourceOf(address: PeerAddress): CandidateSource | undefined {
    return this.#known.get(addressKey(address))?.source;
  }

  /** Removes the peers that only the source `of` has reported, and returns their addresses. */
  forgetAll(of: CandidateSource): PeerAddress[] {
    const forgotten: PeerAddress[] = [];
    for (const [key, { address, source, state }] of this.#known) {
      if (source !== of || state === "banned") continue;
      this.#forget(key, address);
      forgotten.push(address);
    }
    return forgotten;
  }

  /** Returns the number of peers that can be dialed, now or later, or of those that the IP filter blocks. */
  count(wanted: "idle" | "blocked"): number {
    let count = 0;
    for (const { state } of this.#known.values()) if (state === wanted) count++;
    return count;
  }

  /** The number of all peers known, banned ones included. */
  get size(): number {
    return this.#known.size;
  }

  /**
   * Removes one blocked or idle peer, so that a peer of `source` can be added: a blocked one, else the one with
   * the most failures; among equals, one from peer exchange. Returns whether a peer was removed.
   */
  #evict(source: CandidateSource): boolean {
    let worst: [string, Candidate] | undefined;
    for (const entry of this.#known) {
      const candidate = entry[1];
      // A blocked peer is of no use while the filter stays as it is.
      if (candidate.state === "blocked") {
        this.#forget(entry[0], candidate.address);
        return true;
      }
      if (candidate.state !== "idle" || isNamed(candidate.source)) continue;
      if (worst === undefined || isWorse(candidate, worst[1])) worst = entry;
    }
    if (worst === undefined || !mayReplace(worst[1], source)) return false;
    this.#forget(worst[0], worst[1].address);
    return true;
  }

  #forget(key: string, address: PeerAddress): void {
    this.#known.delete(key);
    const ip = addressIp(address);
    if (ip === undefined) return;
    const left = (this.#perIp.get(ip) ?? 1) - 1;
    if (left > 0) this.#perIp.set(ip, left);
    else this.#perIp.delete(ip);
  }
}

/** Whether the user named the peer, directly or in a magnet link. */
function isNamed(source: CandidateSource): boolean {
  return source === "user" || source === "magnet";
}

/** Whether the address was reported only by another peer, which may have invented it (BEP 11). */
function isHearsay(source: CandidateSource): boolean {
  return source === "exchange";
}

/** Updates the record of a peer that was known only from peer exchange, when another source reports it as well. */
function confirm(known: Candidate, source: CandidateSource): void {
  known.source = source;
  if (known.connectedAt === 0) known.isSeed = false;
}

function isBetter(one: Candidate, other: Candidate): boolean {
  if (one.failures !== other.failures) return one.failures < other.failures;
  if (isHearsay(one.source) !== isHearsay(other.source)) return isHearsay(other.source);
  return one.priority > other.priority;
}

function isWorse(one: Candidate, other: Candidate): boolean {
  if (one.failures !== other.failures) return one.failures > other.failures;
  return isHearsay(one.source) && !isHearsay(other.source);
}

/** Whether a known peer may be removed so that a new peer of `source` can be added. */
function mayReplace({ failures, source: known }: Candidate, source: CandidateSource): boolean {
  return failures > 0 || isNamed(source) || source === "tracker" || (isHearsay(known) && !isHearsay(source));
}

/**
 * Returns the maximum number of peers that are remembered at one address, because a single host can claim thousands of
 * ports.
 */
function mostAt(ip: string, source: CandidateSource): number {
  if (isNamed(source)) return Infinity;
  if (ipScope(ip) === "public") return MAX_CANDIDATES_PER_ADDRESS;
  return source === "tracker" || source === "resume" || source === "local" ? Infinity : MAX_SHARED_CANDIDATES;
}
