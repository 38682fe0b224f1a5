import type { Random } from "../../runtime/index.ts";

/** What is known about a peer when it is decided which peers to choke. */
export interface ChokeCandidate<Id> {
  readonly id: Id;
  /** Whether the peer is interested in us. */
  readonly isInterested: boolean;
  /** Whether we choke the peer now. */
  readonly isChoked: boolean;
  /** The rate from the peer to us in bytes a second. */
  readonly downloadRate: number;
  /** The rate from us to the peer in bytes a second. */
  readonly uploadRate: number;
  /** Whether the peer has sent no block for a minute although we have requests (BEP 3). */
  readonly isSnubbing: boolean;
  /** Milliseconds since we last unchoked the peer; `undefined` if we never did. */
  readonly unchokedFor: number | undefined;
  /** Milliseconds since the peer connected. */
  readonly connectedFor: number;
}

/** Options of {@link decideChoking}. */
export interface ChokePolicy<Id> {
  /** Whether all wanted data is complete: then peers are ranked by the rate to them, not from them. */
  readonly isSeeding: boolean;
  /** Maximum of peers that are unchoked because of their rates. */
  readonly slots: number;
  /** Number of peers that are unchoked at random in addition (optimistic unchokes). */
  readonly optimisticSlots: number;
  /** The peers that were last chosen for the optimistic unchokes. */
  readonly optimistic: readonly Id[];
  /** Whether to choose new peers for the optimistic unchokes. */
  readonly rotate: boolean;
}

/** The result of {@link decideChoking}. */
export interface ChokeDecision<Id> {
  readonly unchoke: ReadonlySet<Id>;
  readonly optimistic: readonly Id[];
}

/** Milliseconds for which an unchoked peer stays unchoked while we seed, so that it can download some pieces. */
const SEED_TURN_MS = 20_000;
/** Milliseconds for which a peer counts as new: new peers are three times as likely to be chosen (BEP 3). */
const NEW_MS = 60_000;

/**
 * Decides which interested peers to unchoke (BEP 3). While downloading: those with the highest download rate, without
 * snubbing ones. While seeding: those that were unchoked recently, then those with the highest upload rate, then those
 * that waited longest. In addition some at random, to find better ones (optimistic unchoke).
 *
 * @example
 * ```ts
 * import { nodeRuntime } from "millrace/runtime/node";
 * import { decideChoking } from "millrace/swarm";
 *
 * const runtime = nodeRuntime();
 * const peer = { isInterested: true, isChoked: true, uploadRate: 0, isSnubbing: false, unchokedFor: undefined };
 * const { unchoke } = decideChoking(
 *   [
 *     { ...peer, id: "slow", downloadRate: 10_000, connectedFor: 90_000 },
 *     { ...peer, id: "fast", downloadRate: 900_000, connectedFor: 90_000 },
 *   ],
 *   { isSeeding: false, slots: 1, optimisticSlots: 0, optimistic: [], rotate: false },
 *   runtime.random,
 * );
 * [...unchoke]; // => ["fast"]
 * await runtime.close();
 * ```
 */
export function decideChoking<Id>(
  candidates: readonly ChokeCandidate<Id>[],
  policy: ChokePolicy<Id>,
  random: Random,
): ChokeDecision<Id> {
  const interested = candidates.filter((peer) => peer.isInterested);
  const merit = interested
    .filter((peer) => policy.isSeeding || !peer.isSnubbing)
    .sort(policy.isSeeding ? bySeedTurn : byReciprocation);
  const unchoke = new Set(merit.slice(0, policy.slots).map((peer) => peer.id));

  const rest = interested.filter((peer) => !unchoke.has(peer.id));
  const restIds = new Set(rest.map((peer) => peer.id));
  const optimistic = policy.rotate
    ? []
    : policy.optimistic.filter((id) => restIds.has(id)).slice(0, policy.optimisticSlots);
  const lots = rest
    .filter((peer) => !optimistic.includes(peer.id))
    .flatMap((peer) => (peer.connectedFor < NEW_MS ? [peer, peer, peer] : [peer]));
  while (optimistic.length < policy.optimisticSlots && lots.length > 0) {
    const chosen = lots[random.below(lots.length)];
    if (chosen === undefined) break;
    optimistic.push(chosen.id);
    for (let at = lots.length - 1; at >= 0; at--) if (lots[at] === chosen) lots.splice(at, 1);
  }
  for (const id of optimistic) unchoke.add(id);
  return { unchoke, optimistic };
}

function byReciprocation<Id>(a: ChokeCandidate<Id>, b: ChokeCandidate<Id>): number {
  // At equal rates (at the start: all) unchoked peers stay unchoked, to avoid needless changes.
  return b.downloadRate - a.downloadRate || Number(a.isChoked) - Number(b.isChoked);
}

function bySeedTurn<Id>(a: ChokeCandidate<Id>, b: ChokeCandidate<Id>): number {
  const hasTurn = (peer: ChokeCandidate<Id>): boolean =>
    !peer.isChoked && (peer.unchokedFor ?? Infinity) < SEED_TURN_MS;
  return (
    Number(hasTurn(b)) - Number(hasTurn(a)) ||
    b.uploadRate - a.uploadRate ||
    (b.unchokedFor ?? Infinity) - (a.unchokedFor ?? Infinity)
  );
}
