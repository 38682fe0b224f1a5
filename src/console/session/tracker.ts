import {
  type Endpoint,
  errorMessage,
  formatEndpoint,
  type InfoHash,
  type PeerId,
  UsageError,
} from "../../base/index.ts";
import { DEFAULT_PORTS } from "../../client/index.ts";
import {
  announce,
  scrape,
  type AnnounceEvent,
  type AnnounceReply,
  type ScrapeEntry,
  type TrackerHost,
  type TransferStats,
  type UdpTrackers,
} from "../../tracker/index.ts";
import { MAX_KNOWN_PEERS } from "../limits.ts";
import { List } from "../list.ts";
import { knownFields, plainObject, shown, wholeBetween, wrong } from "./arguments.ts";
import type { SessionLog } from "./log.ts";

/** The facts about the session that {@link ConsoleTracker} uses. */
export interface TrackerContext {
  readonly host: TrackerHost;
  readonly udp: UdpTrackers;
  readonly infoHash: InfoHash;
  readonly peerId: PeerId;
  readonly key: number;
  readonly userAgent: string;
  readonly log: SessionLog;
  /** Returns the port on which the session listens for peers; 0 when it does not listen. */
  port(): number;
  stats(): TransferStats;
  /** Aborted when the session ends. */
  readonly signal: AbortSignal;
}

/** Options of `tracker.announce`. */
export interface AnnounceOptions {
  readonly event?: AnnounceEvent | "none" | undefined;
  /** The number of peers that the tracker should return. Default: 50. */
  readonly numWant?: number | undefined;
  /**
   * The port to announce. Default: the port of the last announce; for the first announce, the port on which the session
   * listens, or 6881 when it does not listen.
   */
  readonly port?: number | undefined;
}

const EVENTS: readonly string[] = ["started", "completed", "stopped", "none"];
const NUM_WANT = 50;
/**
 * The port that is announced when the session does not listen. Port 0 is not possible, because some trackers refuse
 * it.
 */
const USUAL_PORT = DEFAULT_PORTS.first;

/**
 * A tracker of the torrent. Requests are sent only when the user calls a method. (It has more than 16 members because
 * each is a name that the user types.)
 */
export class ConsoleTracker {
  readonly url: string;
  /** The number of the tracker's tier; trackers of tier 0 are used first (BEP 12). */
  readonly tier: number;
  /** All peers that the tracker has returned so far, the latest at the end. */
  readonly peers = new List<Endpoint>(MAX_KNOWN_PEERS);
  /** The last reply to an announce. */
  reply: AnnounceReply | undefined;
  /** The last reply to a scrape. */
  figures: ScrapeEntry | undefined;
  /** The failure reason or warning in the tracker's last reply. */
  message: string | undefined;
  /** The time at which the tracker last replied to an announce, in milliseconds since 1970. */
  lastAnnounceAt: number | undefined;
  readonly #context: TrackerContext;
  #isCounted = false;
  /** The port of the last announce; `undefined` before the first. */
  #port: number | undefined;
  #busy = false;

  constructor(context: TrackerContext, url: string, tier: number) {
    this.#context = context;
    this.url = url;
    this.tier = tier;
  }

  /** Whether the tracker lists the session as a peer: an announce has succeeded, and no `stopped` followed it. */
  get isActive(): boolean {
    return this.#isCounted;
  }

  get state(): "idle" | "asking" | "working" | "failed" {
    if (this.#busy) return "asking";
    if (this.message !== undefined && this.reply === undefined) return "failed";
    return this.reply === undefined ? "idle" : "working";
  }

  /** The number of complete peers (seeds) in the tracker's last reply. */
  get seeders(): number | undefined {
    return this.reply?.seeders ?? this.figures?.seeders;
  }

  get leechers(): number | undefined {
    return this.reply?.leechers ?? this.figures?.leechers;
  }

  /** The time, in seconds, that the tracker's last reply asks clients to wait between two announces. */
  get interval(): number | undefined {
    return this.reply?.interval;
  }

  /**
   * Announces once; the first announce has the event `started`. Rejects with TrackerError, or with UsageError
   * `console.too-soon` before the tracker's minimum interval has passed; {@link ConsoleTracker.force} ignores that
   * interval.
   */
  async announce(options?: AnnounceEvent | "none" | AnnounceOptions): Promise<AnnounceReply> {
    const wanted = readOptions(options);
    const wait = this.#waitSeconds();
    if (wait > 0 && wanted.event === undefined) {
      throw new UsageError(
        "console.too-soon",
        `${this.url} accepts the next announce in ${wait} s; force() announces now`,
      );
    }
    return this.#announce(wanted);
  }

  /** Announces once, even if the tracker's minimum interval has not passed. */
  async force(options?: AnnounceEvent | "none" | AnnounceOptions): Promise<AnnounceReply> {
    return this.#announce(readOptions(options));
  }

  /**
   * Scrapes (BEP 48). Resolves to `undefined` when the tracker does not know the torrent. Rejects with TrackerError.
   */
  async scrape(): Promise<ScrapeEntry | undefined> {
    const { host, infoHash, userAgent, signal, udp } = this.#context;
    const [entry] = await scrape(host, this.url, [infoHash], { userAgent }, signal, udp);
    this.figures = entry;
    return entry;
  }

  /**
   * Announces `stopped` when the tracker lists the session as a peer; waits at most `timeoutMs`. Rejects with
   * TrackerError.
   */
  async stop(timeoutMs: number): Promise<void> {
    if (!this.#isCounted) return;
    this.#isCounted = false;
    await this.#ask({ event: "stopped" }, timeoutMs);
  }

  async #announce(options: AnnounceOptions): Promise<AnnounceReply> {
    this.#busy = true;
    try {
      const reply = await this.#ask(options, undefined);
      this.reply = reply;
      this.message = reply.warning;
      this.lastAnnounceAt = this.#context.host.clock.wallTime();
      this.#isCounted = options.event !== "stopped";
      const known = new Set(this.peers.map(formatEndpoint));
      for (const peer of reply.peers) if (!known.has(formatEndpoint(peer))) this.peers.add(peer);
      this.#context.log.info(
        `${this.url} responded: ${reply.peers.length} peers, ${reply.seeders ?? "?"} seeders, ${reply.leechers ?? "?"} leechers`,
      );
      return reply;
    } catch (error) {
      this.message = errorMessage(error);
      throw error;
    } finally {
      this.#busy = false;
    }
  }

  #ask(options: AnnounceOptions, timeoutMs: number | undefined): Promise<AnnounceReply> {
    const { host, infoHash, peerId, key, userAgent, udp, signal } = this.#context;
    const event = options.event ?? (this.#isCounted ? undefined : "started");
    this.#port = options.port ?? this.#port ?? (this.#context.port() || USUAL_PORT);
    const fields = {
      url: this.url,
      infoHash,
      peerId,
      key,
      userAgent,
      port: this.#port,
      ...this.#context.stats(),
      numWant: options.numWant ?? NUM_WANT,
      trackerId: this.reply?.trackerId,
      event: event === "none" ? undefined : event,
      timeoutMs,
    };
    return announce(host, fields, timeoutMs === undefined ? signal : undefined, udp);
  }

  /** Returns the number of seconds until the tracker's minimum interval has passed; 0 or less when it has passed. */
  #waitSeconds(): number {
    if (this.lastAnnounceAt === undefined || this.reply === undefined) return 0;
    const pause = this.reply.minInterval ?? 0;
    return Math.ceil((this.lastAnnounceAt - this.#context.host.clock.wallTime()) / 1000 + pause);
  }
}

function readOptions(options: unknown): AnnounceOptions {
  const call = "announce(event) or announce({ event, numWant, port })";
  if (typeof options === "string") return { event: readEvent(call, options) };
  const given = plainObject(call, "the argument", options);
  knownFields(call, given, ["event", "numWant", "port"]);
  return {
    ...(given["event"] === undefined ? {} : { event: readEvent(call, given["event"]) }),
    ...(given["numWant"] === undefined ? {} : { numWant: wholeBetween(call, "numWant", given["numWant"], 0, 10_000) }),
    ...(given["port"] === undefined ? {} : { port: wholeBetween(call, "port", given["port"], 0, 65_535) }),
  };
}

function readEvent(call: string, value: unknown): AnnounceEvent | "none" {
  if (isEvent(value)) return value;
  throw wrong(call, "event", EVENTS.map((event) => shown(event)).join(", "), value);
}

function isEvent(value: unknown): value is AnnounceEvent | "none" {
  return typeof value === "string" && EVENTS.includes(value);
}
