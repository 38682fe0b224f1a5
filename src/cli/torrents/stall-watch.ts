import { InputError } from "../../base/index.ts";
import type { Torrent } from "../../client/index.ts";
import { magnetLink, parseMagnet } from "../../metainfo/index.ts";
import { isDown, type Route } from "../../runtime/index.ts";
import type { EncryptionPolicy } from "../../transport/index.ts";
import { magnetFacts } from "../output/describe.ts";
import type { DialWatch } from "./dial-watch.ts";
import { stallReason } from "./stall.ts";
import type { Stall, StallFacts } from "./stall.ts";

/** Options of {@link TorrentStalls}. */
export interface StallWatchOptions {
  /** The network through which the client dials peers, and which records the outcomes. */
  readonly dials: DialWatch;
  /** Peers that the user named for all torrents, as `HOST:PORT`. */
  readonly peers: readonly string[];
  /** How traffic leaves this host. */
  readonly route: Route;
  /** Whether the client announces to trackers. */
  readonly asksTrackers: boolean;
  /** How connections are encrypted; `undefined` for the client's default. */
  readonly encryption: EncryptionPolicy | undefined;
}

/** Finds the reason why one torrent has no peers. It checks the torrent once a second. */
export class TorrentStalls {
  readonly #options: StallWatchOptions;
  readonly #named: readonly string[];
  readonly #reported = new Set<string>();
  /**
   * The time from which on the torrent has had no peers, in milliseconds of the caller's clock; `undefined` while it
   * has peers.
   */
  #since: number | undefined;
  #now: Stall | undefined;

  /** Starts to watch the peers of a source. To be called before the source is added to the client. */
  constructor(source: string, options: StallWatchOptions) {
    this.#options = options;
    this.#named = [...new Set([...options.peers, ...magnetPeers(source)])];
    for (const peer of this.#named) options.dials.watch(peer);
  }

  /** The reason that the last check found; `undefined` when there is none. */
  get reason(): Stall | undefined {
    return this.#now;
  }

  /**
   * Looks for the reason why the torrent has no peers. Returns a reason the first time that it is found, otherwise
   * `undefined`. `dhtNodes` is the number of nodes that the client's DHT knows, `undefined` without a DHT. `usesLsd` is
   * whether the client looks for peers in the local network.
   */
  check(
    torrent: Torrent,
    now: number,
    { dhtNodes, usesLsd }: Pick<StallFacts, "dhtNodes" | "usesLsd">,
  ): Stall | undefined {
    const { kind } = torrent.state;
    // Many torrents may want nothing: their status is not read.
    const status = kind === "downloading" || kind === "fetching-metadata" ? torrent.status() : undefined;
    if (status === undefined || status.peers > 0) {
      this.#since = undefined;
      this.#now = undefined;
      return undefined;
    }
    this.#since ??= now;
    const { dials, route, asksTrackers, encryption } = this.#options;
    const isPrivate = torrent.metainfo?.isPrivate === true;
    const named = this.#named.map((peer) => ({ peer, outcome: dials.outcome(peer) }));
    this.#now = stallReason({
      named,
      asksTrackers,
      trackers: torrent.trackers(),
      // A torrent that turns out to be private does not use them (BEP 27).
      dhtNodes: isPrivate ? undefined : dhtNodes,
      usesLsd: usesLsd && !isPrivate,
      knownPeers: status.knownPeers,
      blockedPeers: status.blockedPeers,
      encryption,
      encryptionRefusals: status.encryptionRefusals,
      downInterface: isDown(route) ? route.binding?.bind : undefined,
      waitedMs: now - this.#since,
    });
    if (this.#now === undefined || this.#reported.has(this.#now.key)) return undefined;
    this.#reported.add(this.#now.key);
    return this.#now;
  }
}

function magnetPeers(source: string): readonly string[] {
  const link = magnetLink(source);
  if (link === undefined) return [];
  try {
    return magnetFacts(parseMagnet(link)).peers;
  } catch (error) {
    // The client reports the error of the link.
    if (error instanceof InputError) return [];
    throw error;
  }
}
