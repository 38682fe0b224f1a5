import type { Random } from "../../runtime/index.ts";
import { decideChoking, type ChokeCandidate } from "./choker.ts";
import { CHOKE_INTERVAL_MS, OPTIMISTIC_ROUNDS } from "../limits.ts";
import type { Peer } from "../peer/peer.ts";

/** Options of {@link Choking}. */
export interface ChokingOptions {
  readonly peers: ReadonlySet<Peer>;
  readonly random: Random;
  readonly slots: () => number;
  readonly isSeeding: () => boolean;
  readonly onChoke: (peer: Peer) => void;
  readonly onUnchoke: (peer: Peer) => void;
}

const OPTIMISTIC_SLOTS = 1;

/** Applies {@link decideChoking} every ten seconds, and unchokes newly interested peers at once when a slot is free. */
export class Choking {
  readonly #options: ChokingOptions;
  #round = 0;
  #lastRound: number | undefined;
  #optimistic: readonly Peer[] = [];

  constructor(options: ChokingOptions) {
    this.#options = options;
  }

  /** Chokes and unchokes peers when the next round is due. Call it about once a second. */
  tick(now: number): void {
    if (this.#lastRound !== undefined && now - this.#lastRound < CHOKE_INTERVAL_MS) return;
    this.#lastRound = now;
    const rotate = this.#round++ % OPTIMISTIC_ROUNDS === 0;
    const { peers, random } = this.#options;
    const decision = decideChoking(
      [...peers].map((peer) => describe(peer, now)),
      {
        isSeeding: this.#options.isSeeding(),
        slots: this.#options.slots(),
        optimisticSlots: OPTIMISTIC_SLOTS,
        optimistic: this.#optimistic,
        rotate,
      },
      random,
    );
    this.#optimistic = decision.optimistic;
    for (const peer of peers) this.#set(peer, !decision.unchoke.has(peer), now);
  }

  /** Called when a peer became interested: unchokes it at once when a slot is free. */
  interested(peer: Peer, now: number): void {
    let used = 0;
    for (const other of this.#options.peers)
      if (!other.flags.amChoking && other.flags.peerInterested && other !== peer) used++;
    if (used < this.#options.slots() + OPTIMISTIC_SLOTS) this.#set(peer, false, now);
  }

  #set(peer: Peer, choke: boolean, now: number): void {
    if (peer.flags.amChoking === choke || peer.isClosed) return;
    peer.flags.amChoking = choke;
    if (choke) {
      peer.send({ type: "choke" });
      this.#options.onChoke(peer);
    } else {
      peer.upload.unchokedAt = now;
      peer.send({ type: "unchoke" });
      this.#options.onUnchoke(peer);
    }
  }
}

function describe(peer: Peer, now: number): ChokeCandidate<Peer> {
  return {
    id: peer,
    isInterested: peer.flags.peerInterested,
    isChoked: peer.flags.amChoking,
    downloadRate: peer.download.meter.rate,
    uploadRate: peer.upload.meter.rate,
    isSnubbing: peer.download.isSnubbing,
    unchokedFor: peer.upload.unchokedAt === undefined ? undefined : now - peer.upload.unchokedAt,
    connectedFor: now - peer.connectedAt,
  };
}
