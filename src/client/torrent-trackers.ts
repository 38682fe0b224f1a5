import type { InfoHash } from "../base/index.ts";
import type { Swarm } from "../swarm/index.ts";
import { TrackerSession, type TrackerStatus } from "../tracker/index.ts";
import { NUM_WANT } from "./limits.ts";
import type { TorrentHost } from "./torrent-host.ts";

export interface TorrentTrackersOptions {
  readonly host: TorrentHost;
  readonly infoHash: InfoHash;
  /** Whether they are talked to at all. */
  readonly isUsed: boolean;
  /** Announce URLs by tier, asked when the torrent starts. */
  readonly tiers: () => readonly (readonly string[])[];
  readonly swarm: () => Swarm | undefined;
  /** Bytes missing. */
  readonly left: () => number;
}

/** A torrent's relation with its trackers, as long as the torrent runs; without trackers there is none. */
export class TorrentTrackers {
  readonly #options: TorrentTrackersOptions;
  #session: TrackerSession | undefined;
  #isRunning = false;

  constructor(options: TorrentTrackersOptions) {
    this.#options = options;
  }

  status(): TrackerStatus[] {
    return this.#session?.status() ?? [];
  }

  start(): void {
    this.#isRunning = true;
    const tiers = this.#options.tiers();
    if (!this.#options.isUsed || tiers.length === 0) return;
    this.#session ??= this.#makeSession(tiers);
    this.#session.start();
  }

  /** The tiers are others now: who stays keeps its state, who goes hears `stopped`. */
  changed(): void {
    if (!this.#isRunning) return;
    if (this.#session === undefined) this.start();
    else this.#session.replaceTiers(this.#options.tiers());
  }

  completed(): void {
    this.#session?.completed();
  }

  /** Announces now, tracker's minimum interval or not. */
  force(): void {
    this.#session?.force({ ignoreMinInterval: true });
  }

  /** Tells them that we leave: some seconds at the most. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    await this.#session?.stop();
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.close();
  }

  #makeSession(tiers: readonly (readonly string[])[]): TrackerSession {
    const { host, infoHash, swarm, left } = this.#options;
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
      onPeers: (peers) => swarm()?.addPeers(peers, "tracker"),
    });
  }
}
