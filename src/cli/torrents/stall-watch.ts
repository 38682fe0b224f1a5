import { InputError } from "../../base/index.ts";
import type { Torrent } from "../../client/index.ts";
import { magnetLink, parseMagnet } from "../../metainfo/index.ts";
import { magnetFacts } from "../output/describe.ts";
import type { DialWatch } from "./dial-watch.ts";
import { stallReason } from "./stall.ts";
import type { Stall } from "./stall.ts";

export interface StallWatchOptions {
  /** The network that the client dials through. */
  readonly dials: DialWatch;
  /** Peers of all torrents, as `HOST:PORT`. */
  readonly peers: readonly string[];
  /** Whether trackers are asked at all. */
  readonly asksTrackers: boolean;
}

/** What keeps one torrent from its peers, looked at again and again. */
export class TorrentStalls {
  readonly #options: StallWatchOptions;
  readonly #named: readonly string[];
  readonly #told = new Set<string>();
  /** Milliseconds of the caller's clock. */
  #since: number | undefined;
  #now: Stall | undefined;

  /** To be made before the source is added to the client. */
  constructor(source: string, options: StallWatchOptions) {
    this.#options = options;
    this.#named = [...new Set([...options.peers, ...magnetPeers(source)])];
    for (const peer of this.#named) options.dials.watch(peer);
  }

  /** Why it has no peers, as of the last look. */
  get reason(): Stall | undefined {
    return this.#now;
  }

  /**
   * Looks at the torrent; answers a reason that has not been told yet. Each is told once: what is so for hours needs no
   * second line.
   */
  look(torrent: Torrent, now: number): Stall | undefined {
    const { kind } = torrent.state;
    // Torrents that want nothing may be many: of those not even the figures are asked for.
    const status = kind === "downloading" || kind === "fetching-metadata" ? torrent.status() : undefined;
    if (status === undefined || status.peers > 0) {
      this.#since = undefined;
      this.#now = undefined;
      return undefined;
    }
    this.#since ??= now;
    const { dials, asksTrackers } = this.#options;
    const named = this.#named.map((peer) => ({ peer, outcome: dials.outcome(peer) }));
    this.#now = stallReason({
      named,
      asksTrackers,
      trackers: torrent.trackers(),
      knownPeers: status.knownPeers,
      waitedMs: now - this.#since,
    });
    if (this.#now === undefined || this.#told.has(this.#now.key)) return undefined;
    this.#told.add(this.#now.key);
    return this.#now;
  }
}

function magnetPeers(source: string): readonly string[] {
  const link = magnetLink(source);
  if (link === undefined) return [];
  try {
    return magnetFacts(parseMagnet(link)).peers;
  } catch (error) {
    // The client says what is wrong with the link.
    if (error instanceof InputError) return [];
    throw error;
  }
}
