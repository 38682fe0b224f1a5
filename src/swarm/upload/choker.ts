import type { Random } from "../../runtime/index.ts";

/** The facts about a peer that decide whether to choke it. */
export interface ChokeCandidate<Id> {
  readonly id: Id;
  /** Whether the peer is interested in this client's pieces. */
  readonly isInterested: boolean;
  /** Whether this client chokes the peer now. */
  readonly isChoked: boolean;
  /** The rate from the peer to this client in bytes a second. */
  readonly downloadRate: number;
  /** The rate from this client to the peer in bytes a second. */
  readonly uploadRate: number;
  /** Whether the peer has sent no block for a minute although it has outstanding requests (BEP 3). */
  readonly isSnubbing: boolean;
  /** The number of milliseconds since this client last unchoked the peer; `undefined` when it never did. */
  readonly unchokedFor: number | undefined;
  /** The number of milliseconds since the peer connected. */
  readonly connectedFor: number;
}

/** Options of {@link decideChoking}. */
export interface ChokePolicy<Id> {
  /** Whether all wanted data is complete. Peers are then ranked by the rate to them instead of the rate from them. */
  readonly isSeeding: boolean;
  /** The maximum number of peers that are unchoked because of their rates. */
  readonly slots: number;
  /** The number of peers that are unchoked at random, in addition to `slots` (optimistic unchokes). */
  readonly optimisticSlots: number;
  /** The peers that were chosen last for the optimistic unchokes. */
  readonly optimistic: readonly Id[];
  /** Whether to choose new peers for the optimistic unchokes. */
  readonly rotate: boolean;
}

/** The result of {@link decideChoking}. */
export interface ChokeDecision<Id> {
  readonly unchoke: ReadonlySet<Id>;
  readonly optimistic: readonly Id[];
}

/**
 * The time, in milliseconds, for which a peer stays unchoked while this client seeds, so that the peer can download
 * some pieces.
 */
const SEED_TURN_MS = 20_000;
/**
 * The time, in milliseconds, for which a peer counts as new: new peers are three times as likely to be chosen for an
 * optimistic unchoke (BEP 3).
 */
const NEW_MS = 60_000;

/**
 * Decides which interested peers to unchoke (BEP 3). While downloading, they are the peers with the highest download
 * rate, without snubbing ones. While seeding, they are first the peers that were unchoked recently, then those with the
 * highest upload rate, then those that have waited longest. In both cases some peers are chosen at random, to find
 * better ones (optimistic unchoke).
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
