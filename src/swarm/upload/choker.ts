import type { Random } from "../../runtime/index.ts";

/** What choking needs to know of a peer. */
export interface ChokeCandidate<Id> {
  readonly id: Id;
  /** It wants something we have. */
  readonly isInterested: boolean;
  /** We are choking it now. */
  readonly isChoked: boolean;
  /** Bytes a second from it to us. */
  readonly downloadRate: number;
  /** Bytes a second from us to it. */
  readonly uploadRate: number;
  /** It has not sent a block for a minute though it could. */
  readonly isSnubbing: boolean;
  /** Milliseconds since it was last unchoked; `undefined` when it never was. */
  readonly unchokedFor: number | undefined;
  /** Milliseconds since it connected. */
  readonly connectedFor: number;
}

/** What {@link decideChoking} goes by. */
export interface ChokePolicy<Id> {
  /** We have everything that we want: nobody's upload matters any more. */
  readonly isSeeding: boolean;
  /** Peers unchoked for their merit, at the most. */
  readonly slots: number;
  /** Peers unchoked by chance, besides. */
  readonly optimisticSlots: number;
  /** Who was unchoked by chance last time. */
  readonly optimistic: readonly Id[];
  /** Whether others get their chance now. */
  readonly rotate: boolean;
}

/** What {@link decideChoking} decides. */
export interface ChokeDecision<Id> {
  readonly unchoke: ReadonlySet<Id>;
  readonly optimistic: readonly Id[];
}

/** Milliseconds: a peer unchoked more recently keeps its place when seeding, so that it gets something done. */
const SEED_TURN_MS = 20_000;
/** Milliseconds for which a peer counts as new, and new peers get three chances instead of one (BEP 3). */
const NEW_MS = 60_000;

/**
 * Whom to unchoke (BEP 3). While downloading: those who give us most, snubbers left out. While seeding: those whose
 * turn is not over, then those who take fastest, then those who waited longest. And a few by chance, to find out who
 * would be better.
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
  // Among equals (at the start: all) those unchoked stay so, to save choking back and forth.
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
