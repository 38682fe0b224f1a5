import { ipPeer, spendAllowance, type Allowance, type InfoHash } from "../../base/index.ts";
import type { DiscoveryTarget, PeerSource } from "../../discovery/index.ts";
import type { Timer } from "../../runtime/index.ts";
import type { Swarm } from "../../swarm/index.ts";
import { TrackerSession, type TrackerStatus } from "../../tracker/index.ts";
import { NUM_WANT, PORT_ANNOUNCE_BURST, PORT_ANNOUNCE_MS, PORT_ANNOUNCE_SPREAD_MS } from "../limits.ts";
import type { TorrentHost } from "./host.ts";
import type { TorrentHashes } from "./hashes.ts";
import { mergeStatuses } from "./merge-trackers.ts";

/** Options of {@link TorrentTrackers}. */
export interface TorrentTrackersOptions {
  readonly host: TorrentHost;
  readonly hashes: TorrentHashes;
  /** Whether the torrent uses trackers. */
  readonly isUsed: boolean;
  /** Returns the announce URLs of the torrent itself, by tier. Called when the torrent starts. */
  readonly own: () => readonly (readonly string[])[];
  /** The announce URLs by tier that replace those that `own` returns. */
  readonly tiers: readonly (readonly string[])[] | undefined;
  readonly swarm: () => Swarm | undefined;
  /** Returns the number of missing bytes. */
  readonly left: () => number;
  /** Called when a tracker's status has changed. */
  readonly onStatus: () => void;
}

/**
 * The trackers of a torrent. While the torrent runs and has trackers, there is a session for each of its info-hashes,
 * which announces to them.
 */
export class TorrentTrackers implements PeerSource {
  readonly name = "tracker";
  readonly allowsPrivate = true;
  readonly #options: TorrentTrackersOptions;
  #sessions: TrackerSession[] = [];
  #tiers: readonly (readonly string[])[] | undefined;
  /** The torrent for which to find peers, and the callback for peers found; set while the torrent runs. */
  #target: DiscoveryTarget | undefined;
  /** The announce of a changed port, while it waits for its time, and the time of the last one. */
  #portAnnounce: Timer | undefined;
  readonly #portAnnounces: Allowance;
  readonly #onPort = (): void => this.#announcePort();

  constructor(options: TorrentTrackersOptions) {
    this.#options = options;
    this.#portAnnounces = { left: PORT_ANNOUNCE_BURST, at: options.host.runtime.clock.now() };
    this.#tiers = options.tiers;
  }

  /** The announce URLs by tier. */
  get tiers(): readonly (readonly string[])[] {
    return this.#tiers ?? this.#options.own();
  }

  status(): TrackerStatus[] {
    const [first, second] = this.#sessions;
    return mergeStatuses(first?.status() ?? [], second?.status() ?? []);
  }

  start(target: DiscoveryTarget): void {
    this.#target = target;
    const { tiers } = this;
    if (!this.#options.isUsed || tiers.length === 0) return;
    this.#options.host.portMapping.listeners.add(this.#onPort);
    for (const infoHash of this.#options.hashes.all.slice(this.#sessions.length)) {
      const session = this.#makeSession(tiers, infoHash);
      this.#sessions.push(session);
      session.start();
    }
  }

  /** Called when a second info-hash has become known: announces it, too. */
  hashesChanged(): void {
    if (this.#sessions.length > 0 && this.#target !== undefined) this.start(this.#target);
  }

  /** Replaces the tiers. Trackers in both lists keep their state; removed trackers are sent `stopped`. */
  set(tiers: readonly (readonly string[])[]): void {
    this.#tiers = tiers.map((urls) => [...urls]);
    if (this.#target === undefined) return;
    if (this.#sessions.length === 0) this.start(this.#target);
    else for (const session of this.#sessions) session.replaceTiers(tiers);
  }

  completed(): void {
    for (const session of this.#sessions) session.completed();
  }

  /** Announces to the trackers now, even if their minimum interval is not over. */
  force(): void {
    for (const session of this.#sessions) session.force({ ignoreMinInterval: true });
  }

  /**
   * Announces a changed port soon: peers that get the old one from a tracker do not reach this client. The announces of
   * many torrents are spread over time, and a port that keeps changing is announced once in some minutes.
   */
  #announcePort(): void {
    if (this.#portAnnounce !== undefined) return;
    const { runtime, portMapping } = this.#options.host;
    const { clock, random } = runtime;
    const rate = 1_000 / PORT_ANNOUNCE_MS;
    const isAllowed = spendAllowance(this.#portAnnounces, rate, PORT_ANNOUNCE_BURST, clock.now());
    const spread = random.below(1 + PORT_ANNOUNCE_SPREAD_MS * portMapping.listeners.size);
    this.#portAnnounce = clock.after(isAllowed ? spread : PORT_ANNOUNCE_MS, () => {
      this.#portAnnounce = undefined;
      this.force();
    });
  }

  /** Sends `stopped` to the trackers. Resolves after some seconds at most. */
  async stop(): Promise<void> {
    this.#target = undefined;
    this.#options.host.portMapping.listeners.delete(this.#onPort);
    this.#portAnnounce?.cancel();
    this.#portAnnounce = undefined;
    const sessions = this.#sessions;
    await Promise.all(sessions.map((session) => session.stop()));
    this.#sessions = [];
    await Promise.all(sessions.map((session) => session.close()));
  }

  #makeSession(tiers: readonly (readonly string[])[], infoHash: InfoHash): TrackerSession {
    const { host, swarm, left, onStatus } = this.#options;
    return new TrackerSession(host.runtime, {
      tiers,
      infoHash,
      peerId: host.peerId,
      key: host.key,
      port: host.port,
      stats: () => ({ uploaded: swarm()?.up.total ?? 0, downloaded: swarm()?.down.total ?? 0, left: left() }),
      numWant: () => Math.max(0, Math.min(NUM_WANT, host.maxPeers - (swarm()?.peers.size ?? 0))),
      userAgent: host.userAgent.replace(" ", "/"),
      udp: host.udp,
      check: host.checkAddress,
      onStatus: ({ externalIp, url }) => {
        if (externalIp !== undefined) host.externalAddress.onTrackerReport(externalIp, url);
        onStatus();
      },
      onPeers: (peers) => this.#target?.found(peers.map(ipPeer), infoHash),
    });
  }
}
