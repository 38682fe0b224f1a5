import { AbortError, addressKey, NetworkError, PeerError, toError, type PeerAddress } from "../base/index.ts";
import type { CandidateList } from "../discovery/index.ts";
import { isDown, sharedAbort, type Runtime, type SocketHandlers } from "../runtime/index.ts";
import {
  CONNECT_TIMEOUT_MS,
  HandshakeSession,
  type HandshakeOwner,
  type DialedPeer,
  type Connection,
  type PeerConnector,
  type Redial,
  type TransportKind,
} from "../transport/index.ts";
import type { Handshake } from "../wire/index.ts";
import { MAX_DIALING } from "./limits.ts";
import { handshakeToDial } from "./peer/greeting.ts";
import type { SwarmOptions } from "./swarm-options.ts";

/** Codes of handshakes to which the peer has not replied. */
const REFUSALS: ReadonlySet<string> = new Set(["peer.closed", "peer.handshake-timeout"]);

/** Another way to dial a peer, and whether the encryption policy may have made the way before fail. */
interface Again {
  readonly redial: Redial;
  readonly isAfterRefusal: boolean;
}

/** Options of {@link Dialer}. */
export interface DialerOptions {
  readonly runtime: Pick<Runtime, "clock" | "log">;
  readonly connector: PeerConnector;
  readonly candidates: CandidateList;
  /** Returns whether to dial seeds as well: false when this client has all wanted data. */
  readonly wantsSeeds: () => boolean;
  /** Returns the number of connections that may still be opened. */
  readonly room: () => number;
  /** Returns whether a peer must not be dialed: because it is banned, or because the IP filter blocks it now. */
  readonly refusal: (address: PeerAddress) => "banned" | "blocked" | undefined;
  /** Returns this client's encoded handshake for a peer. */
  readonly offer: (address: PeerAddress) => Uint8Array;
  /** Takes over a connection after the handshake and returns its handlers; `undefined` refuses it. */
  readonly take: (connection: Connection, handshake: Handshake) => SocketHandlers | undefined;
  /** Called when a peer could not be reached by any transport. */
  readonly onUnreachable: (address: PeerAddress) => void;
}

/** Connects to candidates, as many at once as the limits allow, and exchanges handshakes with them. */
export class Dialer {
  readonly #options: DialerOptions;
  readonly #abort = sharedAbort();
  readonly #dialing = new Set<Promise<void>>();
  readonly #shaking = new Set<HandshakeSession>();
  #isClosed = false;

  constructor(options: DialerOptions) {
    this.#options = options;
  }

  /**
   * The number of connections, since the last one that succeeded, that the encryption policy may have made fail: the
   * encryption handshake failed, or the peer closed a connection that was not encrypted.
   */
  refusals = 0;

  /** The number of connections that are being established, including those whose handshake is not complete. */
  get pending(): number {
    return this.#dialing.size + this.#shaking.size;
  }

  /**
   * Starts as many connections as the limits allow. Must be called when candidates were added or connections closed.
   */
  dial(): void {
    while (!this.#isClosed && this.pending < MAX_DIALING && this.#options.room() > 0) {
      const address = this.#options.candidates.next(this.#options.wantsSeeds());
      if (address === undefined) return;
      if (!this.#isRefused(address)) this.#begin(address, undefined);
    }
  }

  /** Connects to an idle candidate over uTP at once, if the limits allow. */
  punch(address: PeerAddress): void {
    if (this.#isClosed || this.pending >= MAX_DIALING || this.#options.room() <= 0) return;
    if (this.#options.candidates.take(address) && !this.#isRefused(address)) this.#begin(address, "utp");
  }

  #isRefused(address: PeerAddress): boolean {
    const { candidates, refusal } = this.#options;
    const reason = refusal(address);
    if (reason === "banned") candidates.ban(address);
    else if (reason === "blocked") candidates.block(address);
    return reason !== undefined;
  }

  #begin(address: PeerAddress, only: TransportKind | undefined, again?: Again): void {
    const dialing = this.#connect(address, only, again).finally(() => {
      this.#dialing.delete(dialing);
      this.dial();
    });
    this.#dialing.add(dialing);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#abort.abort(new AbortError("the torrent was stopped"));
    for (const session of this.#shaking) session.abort();
    await Promise.all(this.#dialing);
  }

  async #connect(address: PeerAddress, only: TransportKind | undefined, again?: Again): Promise<void> {
    const { runtime, connector, candidates } = this.#options;
    const options = {
      timeoutMs: CONNECT_TIMEOUT_MS,
      signal: this.#abort.signal,
      handshake: this.#options.offer(address),
      only,
    };
    try {
      const dialed = await (again?.redial() ?? connector.dial(address, options));
      if (this.#isClosed) dialed.connection.destroy();
      else this.#shake(address, dialed);
    } catch (error) {
      candidates.failed(address);
      if ((error instanceof PeerError && error.code.startsWith("mse.")) || again?.isAfterRefusal === true)
        this.refusals++;
      // Any other error shows that the peer was reached.
      const isUnreached = error instanceof NetworkError && only === undefined && again === undefined;
      if (isUnreached && !this.#isClosed) this.#options.onUnreachable(address);
      runtime.log.debug("cannot connect to peer", { peer: addressKey(address), reason: toError(error).message });
    }
  }

  #shake(address: PeerAddress, { connection, isHandshakeSent, report, otherwise }: DialedPeer): void {
    const { runtime, candidates } = this.#options;
    const owner: HandshakeOwner = {
      offer: () => this.#options.offer(address),
      take: (handshake) => {
        this.#shaking.delete(session);
        this.refusals = 0;
        report(true);
        const handlers = this.#options.take(connection, handshake);
        if (handlers === undefined) candidates.failed(address);
        return handlers;
      },
      failed: (error) => {
        this.#shaking.delete(session);
        report(false);
        runtime.log.debug("handshake failed", { peer: addressKey(address), reason: error.message });
        const isAfterRefusal = !isHandshakeSent && mayBeRefusal(error);
        const redial = this.#isClosed || !mayBeRefusal(error) ? undefined : otherwise(error);
        if (redial !== undefined) {
          this.#begin(address, undefined, { redial, isAfterRefusal });
          return;
        }
        if (isAfterRefusal) this.refusals++;
        candidates.failed(address);
        this.dial();
      },
    };
    const session = new HandshakeSession(runtime.clock, connection, "outgoing", owner, isHandshakeSent);
    this.#shaking.add(session);
  }
}

/** Whether a handshake may have failed because the peer refuses connections that begin like this one. */
function mayBeRefusal(error: Error): boolean {
  return error instanceof NetworkError || (error instanceof PeerError && REFUSALS.has(error.code));
}

/** Options of {@link swarmDialer}. */
export interface SwarmDialerOptions extends Pick<DialerOptions, "candidates" | "take" | "onUnreachable"> {
  readonly swarm: SwarmOptions;
  /** Returns the number of connected peers. */
  readonly connected: () => number;
  readonly isFinished: () => boolean;
}

/** Makes the dialer of a swarm, with the limits and rules of its torrent. */
export function swarmDialer({ swarm, connected, isFinished, ...rest }: SwarmDialerOptions): Dialer {
  const { bans, budget, maxPeers, isBlocked, runtime } = swarm;
  const dialer: Dialer = new Dialer({
    ...swarm,
    ...rest,
    wantsSeeds: () => !isFinished(),
    // While the interface is down no dial can succeed, and the peers are not to blame.
    room: () => (isDown(runtime.route) ? 0 : Math.min(maxPeers() - connected(), budget.room) - dialer.pending),
    refusal: (address) => {
      if (bans.isBanned(address)) return "banned";
      return isBlocked?.(address) === true ? "blocked" : undefined;
    },
    offer: (address) => handshakeToDial(swarm, rest.candidates.isV2(address)),
  });
  return dialer;
}
