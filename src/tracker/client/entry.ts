import { cleanText, errorCode, toError, TrackerError, unreachable } from "../../base/index.ts";
import type { Clock, Random } from "../../runtime/index.ts";
import type { AnnounceEvent, AnnounceReply } from "../codec/index.ts";
import { trackerProtocol } from "../codec/index.ts";
import { BACKOFF_FIRST_MS, BACKOFF_MAX_MS, MAX_INTERVAL_SECONDS, MIN_INTERVAL_SECONDS } from "../limits.ts";
import type { SessionLimits } from "./session-options.ts";
import type { TrackerState, TrackerStatus } from "./tracker-status.ts";

/** The state of {@link TrackerState}, with times in the clock's monotonic milliseconds. */
export type EntryState =
  | { readonly kind: "idle" }
  | {
      readonly kind: "announcing";
      readonly event: AnnounceEvent | undefined;
      readonly since: number;
      readonly failures: number;
    }
  /** `notBefore`: not even an extra announce is welcome earlier (min interval). */
  | { readonly kind: "working"; readonly nextAt: number; readonly notBefore: number }
  | { readonly kind: "failed"; readonly code: string; readonly failures: number; readonly retryAt: number };

/**
 * Returns the wait after so many failures in a row: doubling, bounded, and spread by a quarter so that a swarm does not
 * come back as one.
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
 * One tracker of one torrent: what is known of it, and every transition of its state.
 *
 *   idle | working | failed --begin--> announcing --succeeded--> working
 *                                                --failed--> failed
 *                                                --retire--> idle
 *   working --hurry--> working (earlier)     failed --hurry--> failed (at once)     working --retire--> idle
 *
 * It has more than sixteen members: its transitions, and the facts that the plan and the status are made of. (Eighteen
 * public members: the session plans by its state and reports its results.)
 */
export class TrackerEntry {
  readonly url: string;
  tier: number;
  readonly #clock: Clock;
  #state: EntryState = { kind: "idle" };
  /** Whether the tracker counts the client: it replied to `started` (or a later announce), and must get `stopped`. */
  #isCounted = false;
  /** Whether `completed` is still to be sent. */
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

  /** Whether the tracker counts the client, or may do so soon: an announce has no reply yet. */
  get mayCountUs(): boolean {
    return this.#isCounted || this.#state.kind === "announcing";
  }

  get isCompletedDue(): boolean {
    return this.#isCompletedDue;
  }

  /** The port of the last announce: `stopped` must name it, or the tracker keeps the client under it. */
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
    // Never announced to, so its `started` will have `left=0`.
    if (!this.#isCounted) this.#isCompletedDue = false;
    this.#state = {
      kind: "failed",
      code: errorCode(error) ?? "tracker.failed",
      failures,
      retryAt: this.#lastAt + (retryInMs ?? backoffMs(failures, random)),
    };
  }

  /**
   * Called when the download was completed: plans `completed` for a tracker that counts the client as a leecher, or is
   * about to.
   */
  complete(): void {
    this.#isCompletedDue = this.#isCounted || this.#state.kind === "announcing";
  }

  /**
   * Plans an announce sooner: as soon as the min interval allows, or at once with `ignoreMinInterval`, also to a failed
   * tracker.
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

  /** Stops announcing: another tracker of the group works, and this one waits until it is needed. */
  retire(): void {
    if (this.#state.kind === "working" || this.#state.kind === "announcing") this.#state = { kind: "idle" };
  }

  /** Resets the state: the session starts anew and has announced to no tracker yet. */
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
   * Torrents hold addresses that the engine cannot use (`wss:`, `dht:`, rubbish): they are shown as failed, and never
   * asked.
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

/** Returns the reason that the tracker gave for its refusal, if any. */
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
