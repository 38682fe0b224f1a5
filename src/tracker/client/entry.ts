import { cleanText, errorCode, toError, TrackerError, unreachable } from "../../base/index.ts";
import type { Clock, Random } from "../../runtime/index.ts";
import type { AnnounceEvent, AnnounceReply } from "../codec/index.ts";
import { trackerProtocol } from "../codec/index.ts";
import { BACKOFF_FIRST_MS, BACKOFF_MAX_MS, MAX_INTERVAL_SECONDS, MIN_INTERVAL_SECONDS } from "../limits.ts";
import type { SessionLimits } from "./session-options.ts";
import type { TrackerState, TrackerStatus } from "./tracker-status.ts";

/** The same states as {@link TrackerState}, but with times of the runtime's monotonic clock, in milliseconds. */
export type EntryState =
  | { readonly kind: "idle" }
  | {
      readonly kind: "announcing";
      readonly event: AnnounceEvent | undefined;
      readonly since: number;
      readonly failures: number;
    }
  /** `notBefore` is the time before which no announce is sent, not even an extra one (the tracker's min interval). */
  | { readonly kind: "working"; readonly nextAt: number; readonly notBefore: number }
  | { readonly kind: "failed"; readonly code: string; readonly failures: number; readonly retryAt: number };

/**
 * Returns the time to wait, in milliseconds, after `failures` failed announces in a row. It doubles with each failure
 * up to a maximum. A random change of up to a quarter keeps the peers of a swarm from announcing at the same time.
 */
export function backoffMs(failures: number, random: Random): number {
  const wait = Math.min(BACKOFF_FIRST_MS * 2 ** Math.min(failures - 1, 30), BACKOFF_MAX_MS);
  return Math.round(wait * (0.75 + random.below(501) / 1000));
}

function bounded(seconds: number, limits: SessionLimits): number {
  const min = limits.minIntervalSeconds ?? MIN_INTERVAL_SECONDS;
  return Math.min(Math.max(seconds, min), Math.max(min, limits.maxIntervalSeconds ?? MAX_INTERVAL_SECONDS)) * 1000;
}

/**
 * One tracker of one torrent: its state, and all transitions between its states.
 *
 *   idle | working | failed --begin--> announcing --succeeded--> working
 *                                                --failed--> failed
 *                                                --retire--> idle
 *   working --hurry--> working (earlier)     failed --hurry--> failed (at once)     working --retire--> idle
 *
 * More than sixteen public members: the session calls the transitions, and reads the state to plan announces and to
 * show the status.
 */
export class TrackerEntry {
  readonly url: string;
  tier: number;
  readonly #clock: Clock;
  #state: EntryState = { kind: "idle" };
  /**
   * Whether the tracker counts the client as a peer: it has replied to an announce since `started`, so the client must
   * send `stopped`.
   */
  #isCounted = false;
  /** Whether the event `completed` has yet to be sent. */
  #isCompletedDue = false;
  #port: number | undefined;
  #trackerId: string | undefined;
  #lastAt: number | undefined;
  #reply: AnnounceReply | undefined;
  #message: string | undefined;
  #said: string | undefined;

  constructor(url: string, tier: number, clock: Clock) {
    this.url = url;
    this.tier = tier;
    this.#clock = clock;
    this.#checkUrl();
  }

  get state(): EntryState {
    return this.#state;
  }

  get isCounted(): boolean {
    return this.#isCounted;
  }

  /** Whether the tracker counts the client as a peer, or may do so soon because an announce to it has no reply yet. */
  get mayCountUs(): boolean {
    return this.#isCounted || this.#state.kind === "announcing";
  }

  get isCompletedDue(): boolean {
    return this.#isCompletedDue;
  }

  /**
   * The port of the last announce. The event `stopped` must have the same port, or the tracker keeps the client in its
   * list.
   */
  get port(): number | undefined {
    return this.#port;
  }

  get trackerId(): string | undefined {
    return this.#trackerId;
  }

  /** The event of the next announce. */
  get nextEvent(): AnnounceEvent | undefined {
    if (!this.#isCounted) return "started";
    return this.#isCompletedDue ? "completed" : undefined;
  }

  begin(event: AnnounceEvent | undefined, port: number): void {
    this.#port = port;
    const failures = this.#state.kind === "failed" ? this.#state.failures : 0;
    this.#state = { kind: "announcing", event, since: this.#clock.now(), failures };
  }

  succeeded(event: AnnounceEvent | undefined, reply: AnnounceReply, limits: SessionLimits): void {
    const now = this.#clock.now();
    const minimum = bounded(reply.minInterval ?? 0, limits);
    this.#isCounted = true;
    if (event === "completed") this.#isCompletedDue = false;
    this.#trackerId = reply.trackerId ?? this.#trackerId;
    this.#lastAt = now;
    this.#reply = reply;
    this.#message = reply.warning;
    this.#said = reply.warning;
    this.#state = {
      kind: "working",
      nextAt: now + Math.max(bounded(reply.interval, limits), minimum),
      notBefore: now + minimum,
    };
  }

  failed(thrown: unknown, random: Random): void {
    const failures = (this.#state.kind === "announcing" ? this.#state.failures : 0) + 1;
    const error = toError(thrown);
    const retryInMs = error instanceof TrackerError ? error.retryInMs : undefined;
    this.#lastAt = this.#clock.now();
    this.#message = cleanText(error.message);
    this.#said = error instanceof TrackerError && error.code === "tracker.failure" ? reasonOf(error) : undefined;
    // No announce was sent to it yet: its `started` will have `left=0`.
    if (!this.#isCounted) this.#isCompletedDue = false;
    this.#state = {
      kind: "failed",
      code: errorCode(error) ?? "tracker.failed",
      failures,
      retryAt: this.#lastAt + (retryInMs ?? backoffMs(failures, random)),
    };
  }

  /**
   * Called when the download is complete. Plans the event `completed` when the tracker counts the client as a leecher,
   * or may do so soon.
   */
  complete(): void {
    this.#isCompletedDue = this.#isCounted || this.#state.kind === "announcing";
  }

  /**
   * Plans an earlier announce: as soon as the min interval allows it, or at once when `ignoreMinInterval` is true, also
   * to a failed tracker.
   */
  hurry(ignoreMinInterval: boolean): void {
    const now = this.#clock.now();
    const state = this.#state;
    if (state.kind === "working") {
      const nextAt = ignoreMinInterval ? now : Math.min(state.nextAt, Math.max(now, state.notBefore));
      this.#state = { ...state, nextAt };
    } else if (state.kind === "failed" && ignoreMinInterval && state.code !== "tracker.url")
      this.#state = { ...state, retryAt: now };
  }

  /**
   * Stops announces to this tracker, because another tracker that is used in its place works. Announces to this one
   * begin again when the other one fails.
   */
  retire(): void {
    if (this.#state.kind === "working" || this.#state.kind === "announcing") this.#state = { kind: "idle" };
  }

  /** Resets the state to that of a tracker without any announce, for a session that starts again. */
  reset(): void {
    this.#isCounted = false;
    this.#isCompletedDue = false;
    this.#state = { kind: "idle" };
    this.#checkUrl();
  }

  status(): TrackerStatus {
    const shift = this.#clock.wallTime() - this.#clock.now();
    const wall = (at: number | undefined): number | undefined =>
      at === undefined ? undefined : Math.round(at + shift);
    const state = publicState(this.#state, shift);
    return {
      url: this.url,
      tier: this.tier,
      state,
      lastAnnounceAt: wall(this.#lastAt),
      nextAnnounceAt:
        state.kind === "working"
          ? state.nextAnnounceAt
          : state.kind === "failed" && Number.isFinite(state.retryAt)
            ? state.retryAt
            : undefined,
      seeders: this.#reply?.seeders,
      leechers: this.#reply?.leechers,
      completed: this.#reply?.completed,
      peersReceived: this.#reply?.peers.length ?? 0,
      message: this.#message,
      said: this.#said,
      externalIp: this.#reply?.externalIp,
    };
  }

  /**
   * Checks the URL. A tracker whose URL cannot be used (`wss:`, `dht:`, no URL) is shown as failed and gets no
   * announces.
   */
  #checkUrl(): void {
    try {
      trackerProtocol(this.url);
    } catch (error) {
      this.#message = toError(error).message;
      this.#state = { kind: "failed", code: "tracker.url", failures: 0, retryAt: Number.POSITIVE_INFINITY };
    }
  }
}

/** Returns the reason for a refusal that the tracker sent; `undefined` when it sent none. */
function reasonOf(error: TrackerError): string | undefined {
  const reason = error.fields["reason"];
  return typeof reason === "string" ? cleanText(reason) : undefined;
}

function publicState(state: EntryState, shift: number): TrackerState {
  switch (state.kind) {
    case "idle":
      return state;
    case "announcing":
      return { kind: "announcing", event: state.event, since: Math.round(state.since + shift) };
    case "working":
      return { kind: "working", nextAnnounceAt: Math.round(state.nextAt + shift) };
    case "failed":
      return { kind: "failed", code: state.code, failures: state.failures, retryAt: Math.round(state.retryAt + shift) };
    default:
      return unreachable(state);
  }
}
