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

/** What a tracker needs to know of its session. */
export interface TrackerContext {
  readonly host: TrackerHost;
  readonly udp: UdpTrackers;
  readonly infoHash: InfoHash;
  readonly peerId: PeerId;
  readonly key: number;
  readonly userAgent: string;
  readonly log: SessionLog;
  /** Where we listen; 0 when we do not. */
  port(): number;
  stats(): TransferStats;
  /** Aborted when the session ends. */
  readonly signal: AbortSignal;
}

export interface AnnounceOptions {
  readonly event?: AnnounceEvent | "none" | undefined;
  /** Peers asked for. Default: 50. */
  readonly numWant?: number | undefined;
  /** Where others are told to find us. Default: as before; the first time where we listen, or 6881. */
  readonly port?: number | undefined;
}

const EVENTS: readonly string[] = ["started", "completed", "stopped", "none"];
const NUM_WANT = 50;
/** What is announced when we do not listen: some trackers refuse port 0. */
const USUAL_PORT = DEFAULT_PORTS.first;

/** One tracker of the torrent. It is asked only when told to. */
export class ConsoleTracker {
  readonly url: string;
  /** 0 is asked first (BEP 12). */
  readonly tier: number;
  /** All peers that it has named, the latest last. */
  readonly peers = new List<Endpoint>(MAX_KNOWN_PEERS);
  /** The last answer to an announce. */
  reply: AnnounceReply | undefined;
  /** The last answer to a scrape. */
  figures: ScrapeEntry | undefined;
  /** What it last said that was wrong, or warned of. */
  message: string | undefined;
  /** When it last answered an announce; milliseconds since 1970. */
  lastAnnounceAt: number | undefined;
  readonly #context: TrackerContext;
  #told = false;
  /** What it was last told: it knows us by that. */
  #port: number | undefined;
  #busy = false;

  constructor(context: TrackerContext, url: string, tier: number) {
    this.#context = context;
    this.url = url;
    this.tier = tier;
  }

  /** Whether it counts us as a peer: it has heard of us, and not yet that we stopped. */
  get isActive(): boolean {
    return this.#told;
  }

  get state(): "idle" | "asking" | "working" | "failed" {
    if (this.#busy) return "asking";
    if (this.message !== undefined && this.reply === undefined) return "failed";
    return this.reply === undefined ? "idle" : "working";
  }

  /** Peers that have everything, as it last said. */
  get seeders(): number | undefined {
    return this.reply?.seeders ?? this.figures?.seeders;
  }

  get leechers(): number | undefined {
    return this.reply?.leechers ?? this.figures?.leechers;
  }

  /** Seconds between announces, as it asks. */
  get interval(): number | undefined {
    return this.reply?.interval;
  }

  /**
   * Announces, once. The first time says `started`. Rejects with TrackerError, and with UsageError `console.too-soon`
   * when the tracker asked for a longer pause: {@link ConsoleTracker.force} goes ahead all the same.
   */
  async announce(options?: AnnounceEvent | "none" | AnnounceOptions): Promise<AnnounceReply> {
    const wanted = readOptions(options);
    const wait = this.#waitSeconds();
    if (wait > 0 && wanted.event === undefined) {
      throw new UsageError(
        "console.too-soon",
        `${this.url} wants ${wait} s more before the next announce; force() announces all the same`,
      );
    }
    return this.#announce(wanted);
  }

  /** Announces whatever pause the tracker asked for. */
  async force(options?: AnnounceEvent | "none" | AnnounceOptions): Promise<AnnounceReply> {
    return this.#announce(readOptions(options));
  }

  /** Asks how many peers it knows, without joining them (BEP 48). `undefined`: it does not know the torrent. */
  async scrape(): Promise<ScrapeEntry | undefined> {
    const { host, infoHash, userAgent, signal, udp } = this.#context;
    const [entry] = await scrape(host, this.url, [infoHash], { userAgent }, signal, udp);
    this.figures = entry;
    return entry;
  }

  /** Tells it that we stopped, when it counts us. */
  async stop(timeoutMs: number): Promise<void> {
    if (!this.#told) return;
    this.#told = false;
    await this.#ask({ event: "stopped" }, timeoutMs);
  }

  async #announce(options: AnnounceOptions): Promise<AnnounceReply> {
    this.#busy = true;
    try {
      const reply = await this.#ask(options, undefined);
      this.reply = reply;
      this.message = reply.warning;
      this.lastAnnounceAt = this.#context.host.clock.wallTime();
      this.#told = options.event !== "stopped";
      const known = new Set(this.peers.map(formatEndpoint));
      for (const peer of reply.peers) if (!known.has(formatEndpoint(peer))) this.peers.add(peer);
      this.#context.log.info(
        `${this.url} answered: ${reply.peers.length} peers, ${reply.seeders ?? "?"} seeders, ${reply.leechers ?? "?"} leechers`,
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
    const event = options.event ?? (this.#told ? undefined : "started");
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

  /** Seconds for which not even an extra announce is welcome. */
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
