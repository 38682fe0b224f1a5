import type { Timer } from "../../runtime/index.ts";
import { shuffle } from "../../runtime/index.ts";
import type { AnnounceEvent, AnnounceReply } from "../codec/index.ts";
import { trackerProtocol } from "../codec/index.ts";
import { MAX_TRACKERS, STOP_RETRANSMIT_MS, STOP_TIMEOUT_MS } from "../limits.ts";
import { AbortSet } from "./abort-set.ts";
import { announce } from "./announce.ts";
import { TrackerEntry } from "./entry.ts";
import { planAnnounces } from "./plan.ts";
import type { AnnounceRequest, TrackerHost } from "./request.ts";
import type { TrackerSessionOptions } from "./session-options.ts";
import type { TrackerStatus } from "./tracker-status.ts";
import { UdpTrackers } from "./udp-trackers.ts";

/**
 * The maximum duration of one timer, in milliseconds. A timer cannot exceed 31 bits, and the plan has to be computed
 * again after the machine has slept.
 */
const MAX_WAIT_MS = 3_600_000;

type Phase = "new" | "running" | "stopping" | "stopped" | "closed";

/**
 * Sends all announces of a torrent to its trackers: `started`, regular announces, `completed`, `stopped`. Handles tiers
 * (BEP 12), waits after failures, and moves a working tracker to the front of its tier.
 *
 *   new | stopped --start--> running --stop--> stopping --all replied, or 3 s--> stopped     any --close--> closed
 *
 * After each reply and each call, {@link planAnnounces} computes the next announces from the trackers' states. At most
 * one timer is pending.
 */
export class TrackerSession {
  readonly #host: TrackerHost;
  readonly #options: TrackerSessionOptions;
  /** The trackers by tier, in the order in which they are tried. */
  #tiers: TrackerEntry[][] = [];
  #phase: Phase = "new";
  #timer: Timer | undefined;
  #completed = false;
  /** The abort signals of the running announces, except those with the event `stopped`. */
  readonly #announces = new AbortSet();
  /** The abort signals of the running announces with the event `stopped`. */
  readonly #farewells = new AbortSet();
  #stopping: { readonly done: Promise<void>; readonly giveUp: () => void } | undefined;
  #ownUdp: UdpTrackers | undefined;

  constructor(host: TrackerHost, options: TrackerSessionOptions) {
    this.#host = host;
    this.#options = options;
    this.#setTiers(options.tiers);
  }

  /**
   * Starts announcing; does nothing when the session has started. After {@link TrackerSession.stop} it starts again,
   * with the event `started`.
   */
  start(): void {
    if (this.#phase !== "new" && this.#phase !== "stopped") return;
    this.#phase = "running";
    this.#completed = false;
    for (const entry of this.#entries()) entry.reset();
    this.#next();
  }

  /**
   * Sends the event `completed`, once, to every tracker that counts the client as a leecher. To be called when the
   * download has completed, not for a torrent that was complete at the start.
   */
  completed(): void {
    if (this.#phase !== "running" || this.#completed) return;
    this.#completed = true;
    for (const entry of this.#entries()) entry.complete();
    this.#next();
  }

  /**
   * Announces earlier than planned, to get more peers: as soon as the min interval allows it, or at once when
   * `ignoreMinInterval` is true (the user requested the announce), also to failed trackers.
   */
  force(options: { readonly ignoreMinInterval?: boolean } = {}): void {
    if (this.#phase !== "running") return;
    for (const entry of this.#entries()) entry.hurry(options.ignoreMinInterval === true);
    this.#next();
  }

  /**
   * Adds a tracker to `tier`, by default to a new tier. Returns `false` when the tracker is known or the maximum number
   * is reached. Throws TrackerError `tracker.url`.
   */
  addTracker(url: string, tier = this.#tiers.length): boolean {
    trackerProtocol(url);
    const all = this.#entries();
    if (all.length >= MAX_TRACKERS || all.some((entry) => entry.url === url)) return false;
    const at = Math.max(0, Math.min(tier, this.#tiers.length));
    const entry = new TrackerEntry(url, at, this.#host.clock);
    const list = this.#tiers[at];
    if (list === undefined) this.#tiers.push([entry]);
    else list.push(entry);
    this.#report(entry);
    this.#next();
    return true;
  }

  /** Replaces the trackers. Trackers that stay keep their state; removed trackers get `stopped`. */
  replaceTiers(tiers: readonly (readonly string[])[]): void {
    const before = this.#entries();
    this.#setTiers(tiers);
    const kept = new Set(this.#entries());
    const gone = before.filter((entry) => !kept.has(entry) && entry.isCounted);
    if (this.#phase === "running") for (const entry of gone) this.#sendStopped(entry).catch(() => undefined);
    this.#next();
  }

  /** Returns the status of all trackers, in the order in which they are tried. */
  status(): TrackerStatus[] {
    return this.#entries().map((entry) => entry.status());
  }

  /**
   * Ends regular announces. Sends `stopped` to the trackers that count the client as a peer, or may do so because an
   * announce to them has no reply yet. Takes at most 3 s; never rejects.
   */
  stop(): Promise<void> {
    if (this.#stopping !== undefined) return this.#stopping.done;
    if (this.#phase !== "running") {
      if (this.#phase === "new") this.#phase = "stopped";
      return Promise.resolve();
    }
    this.#phase = "stopping";
    this.#quiet();
    let giveUp: () => void = () => undefined;
    const gaveUp = new Promise<void>((resolve) => {
      giveUp = resolve;
    });
    this.#timer = this.#host.clock.after(STOP_TIMEOUT_MS, giveUp);
    const counting = this.#entries().filter((entry) => entry.mayCountUs);
    const done = this.#finishStop(
      Promise.race([Promise.allSettled(counting.map((entry) => this.#sendStopped(entry))), gaveUp]),
    );
    this.#stopping = { done, giveUp };
    return done;
  }

  /** Aborts all announces and sends nothing more. Resolves when the UDP sockets that the session opened are closed. */
  async close(): Promise<void> {
    this.#phase = "closed";
    this.#quiet();
    this.#farewells.abort();
    this.#stopping?.giveUp();
    await this.#stopping?.done;
    await this.#closeUdp();
  }

  #entries(): TrackerEntry[] {
    return this.#tiers.flat();
  }

  #setTiers(tiers: readonly (readonly string[])[]): void {
    const known = new Map(this.#entries().map((entry) => [entry.url, entry]));
    const seen = new Set<string>();
    this.#tiers = [];
    for (const urls of tiers) {
      const fresh = urls.filter((url) => !seen.has(url) && seen.size < MAX_TRACKERS && seen.add(url));
      if (fresh.length === 0) continue;
      const tier = this.#tiers.length;
      const entries = fresh.map((url) => {
        const entry = known.get(url) ?? new TrackerEntry(url, tier, this.#host.clock);
        entry.tier = tier;
        return entry;
      });
      this.#tiers.push(shuffle(entries, this.#host.random));
    }
  }

  /**
   * The groups of trackers for {@link planAnnounces}: one for each tier, or one in total (see `announceToAllTiers`).
   */
  get #groups(): readonly (readonly TrackerEntry[])[] {
    return (this.#options.announceToAllTiers ?? true) ? this.#tiers : [this.#entries()];
  }

  /** Announces to the trackers that are due, and sets the timer for the next announce. */
  #next(): void {
    if (this.#phase !== "running") return;
    this.#timer?.cancel();
    this.#timer = undefined;
    for (const entry of planAnnounces(this.#groups, this.#host.clock.now()).due) this.#announce(entry, entry.nextEvent);
    const { wakeAt } = planAnnounces(this.#groups, this.#host.clock.now());
    if (wakeAt === Number.POSITIVE_INFINITY) return;
    this.#timer = this.#host.clock.after(Math.min(Math.max(0, wakeAt - this.#host.clock.now()), MAX_WAIT_MS), () =>
      this.#next(),
    );
  }

  #announce(entry: TrackerEntry, event: AnnounceEvent | undefined): void {
    const { signal, ended } = this.#announces.open();
    const port = this.#options.port();
    entry.begin(event, port);
    this.#report(entry);
    announce(this.#host, this.#request(entry, event, this.#options.numWant(), port), signal, this.#udp).then(
      (reply) => {
        ended();
        if (!signal.aborted) this.#onReply(entry, event, reply);
      },
      (error: unknown) => {
        ended();
        if (signal.aborted) return;
        entry.failed(error, this.#host.random);
        this.#report(entry);
        this.#next();
      },
    );
  }

  #onReply(entry: TrackerEntry, event: AnnounceEvent | undefined, reply: AnnounceReply): void {
    if (!this.#entries().includes(entry)) {
      // The tracker was removed during the announce. It counts the client as a peer now, so it gets `stopped`.
      this.#sendStopped(entry).catch(() => undefined);
      return;
    }
    entry.succeeded(event, reply, this.#options.limits ?? {});
    const group = this.#groups.find((group) => group.includes(entry)) ?? [];
    for (const other of group) {
      if (other === entry || other.state.kind !== "working" || other.isCompletedDue) continue;
      other.retire();
      this.#report(other);
    }
    this.#promote(entry);
    this.#report(entry);
    if (reply.peers.length > 0) this.#options.onPeers?.(reply.peers, entry.url);
    this.#next();
  }

  /** Moves a tracker that replied to the front of its tier (BEP 12). */
  #promote(entry: TrackerEntry): void {
    const tier = this.#tiers.find((list) => list.includes(entry));
    if (tier === undefined || tier[0] === entry) return;
    tier.splice(tier.indexOf(entry), 1);
    tier.unshift(entry);
  }

  #request(entry: TrackerEntry, event: AnnounceEvent | undefined, numWant: number, port: number): AnnounceRequest {
    const { infoHash, peerId, key, userAgent, headers, localIp, check } = this.#options;
    const { uploaded, downloaded, left } = this.#options.stats();
    return {
      url: entry.url,
      infoHash,
      peerId,
      port,
      uploaded,
      downloaded,
      left,
      event,
      numWant,
      key,
      trackerId: entry.trackerId,
      userAgent,
      headers,
      localIp,
      check,
    };
  }

  async #sendStopped(entry: TrackerEntry): Promise<void> {
    const { signal, ended } = this.#farewells.open();
    const request = {
      ...this.#request(entry, "stopped", 0, entry.port ?? this.#options.port()),
      timeoutMs: STOP_TIMEOUT_MS,
      retransmitMs: STOP_RETRANSMIT_MS,
    };
    try {
      await announce(this.#host, request, signal, this.#udp);
    } finally {
      ended();
    }
  }

  async #finishStop(sent: Promise<unknown>): Promise<void> {
    await sent;
    this.#farewells.abort();
    this.#timer?.cancel();
    this.#timer = undefined;
    await this.#closeUdp();
    this.#stopping = undefined;
    if (this.#phase !== "stopping") return;
    this.#phase = "stopped";
    for (const entry of this.#entries()) {
      entry.reset();
      this.#report(entry);
    }
  }

  /** Cancels the timer and all running announces. */
  #quiet(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#announces.abort();
  }

  get #udp(): UdpTrackers {
    return this.#options.udp ?? (this.#ownUdp ??= new UdpTrackers(this.#host));
  }

  async #closeUdp(): Promise<void> {
    const own = this.#ownUdp;
    this.#ownUdp = undefined;
    await own?.close();
  }

  #report(entry: TrackerEntry): void {
    this.#options.onStatus?.(entry.status());
  }
}
