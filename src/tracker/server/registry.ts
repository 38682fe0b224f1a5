import type { IpFamily } from "../../base/index.ts";
import { latin1Decode } from "../../base/index.ts";
import type { AnnounceEvent, ScrapeEntry } from "../codec/index.ts";
import {
  SERVER_DEFAULT_NUMWANT,
  SERVER_EXPIRY_INTERVALS,
  SERVER_INTERVAL_SECONDS,
  SERVER_MAX_NUMWANT,
  SERVER_MAX_PEERS,
  SERVER_MAX_PEERS_PER_TORRENT,
  SERVER_MAX_TORRENTS,
} from "../limits.ts";
import type { ServerHost, TrackerServerOptions } from "./options.ts";
import type { SwarmReply, SwarmTotals } from "./swarms.ts";
import { Swarms } from "./swarms.ts";

/** The fields of an announce over HTTP or UDP. */
export interface RegistryAnnounce {
  readonly infoHash: string;
  readonly family: IpFamily;
  readonly compact: Uint8Array;
  readonly peerId: Uint8Array;
  readonly isSeeder: boolean;
  readonly event: AnnounceEvent | undefined;
  readonly numWant: number | undefined;
  readonly bothFamilies: boolean;
  readonly withPeerIds: boolean;
  /** The maximum number of peers that the reply can hold, regardless of the number that the client requests. */
  readonly space: number;
}

/**
 * Stores announces and makes replies, with the same rules for HTTP and UDP: which torrents are accepted, how many peers
 * a reply has, and when peers are removed.
 */
export class Registry {
  readonly intervalSeconds: number;
  readonly minIntervalSeconds: number;
  readonly #swarms: Swarms;
  readonly #allow: ReadonlySet<string> | undefined;
  readonly #host: ServerHost;
  readonly #started: number;
  readonly #defaultNumWant: number;
  readonly #maxNumWant: number;

  constructor(host: ServerHost, options: TrackerServerOptions) {
    this.#host = host;
    this.#started = host.clock.now();
    this.intervalSeconds = options.intervalSeconds ?? SERVER_INTERVAL_SECONDS;
    this.minIntervalSeconds = options.minIntervalSeconds ?? Math.floor(this.intervalSeconds / 2);
    this.#defaultNumWant = options.defaultNumWant ?? SERVER_DEFAULT_NUMWANT;
    this.#maxNumWant = options.maxNumWant ?? SERVER_MAX_NUMWANT;
    this.#allow =
      options.allow === undefined ? undefined : new Set(options.allow.map((hash) => latin1Decode(hash.wire)));
    const limits = {
      maxTorrents: options.maxTorrents ?? SERVER_MAX_TORRENTS,
      maxPeersPerTorrent: options.maxPeersPerTorrent ?? SERVER_MAX_PEERS_PER_TORRENT,
      maxPeers: options.maxPeers ?? SERVER_MAX_PEERS,
    };
    this.#swarms = new Swarms(limits, this.#maxNumWant, host.random);
  }

  get totals(): SwarmTotals {
    return this.#swarms.totals;
  }

  get uptimeSeconds(): number {
    return Math.floor((this.#host.clock.now() - this.#started) / 1000);
  }

  /**
   * Stores an announce and returns the reply, which is valid until the next announce. A string is the reason for a
   * refusal.
   */
  announce(request: RegistryAnnounce): SwarmReply | string {
    if (this.#allow?.has(request.infoHash) === false) return "this tracker does not serve that torrent";
    const numWant = Math.min(request.numWant ?? this.#defaultNumWant, this.#maxNumWant, request.space);
    return (
      this.#swarms.announce({ ...request, numWant }, this.uptimeSeconds) ??
      "this tracker has reached its limit of torrents"
    );
  }

  scrape(infoHash: string): ScrapeEntry | undefined {
    return this.#swarms.scrape(infoHash);
  }

  all(): Iterable<[string, ScrapeEntry]> {
    return this.#swarms.all();
  }

  /** Removes peers that have not announced for {@link SERVER_EXPIRY_INTERVALS} intervals. */
  sweep(): void {
    this.#swarms.expire(this.uptimeSeconds - Math.ceil(this.intervalSeconds * SERVER_EXPIRY_INTERVALS));
  }
}
