import type { Priority } from "../../swarm/index.ts";
import type { TrackerStatus } from "../../tracker/index.ts";
import type { NamedPeers } from "../named-peers.ts";
import type { DiscoveryChanges, DiscoverySwitches, TorrentDiscovery } from "../discovery/torrent-discovery.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { Rates, TorrentRates } from "./rates.ts";
import type { TorrentTrackers } from "./trackers.ts";
import { TorrentView, type ViewedParts } from "./view.ts";

/** The parts of a torrent that {@link TorrentControls} changes. */
export interface ControlledParts extends ViewedParts {
  readonly lifecycle: Lifecycle;
  readonly trackers: TorrentTrackers;
  readonly named: NamedPeers;
  readonly rates: TorrentRates;
  readonly discovery: TorrentDiscovery;
}

/**
 * The part of {@link Torrent} with properties that can be changed in any state: order, files, peers, trackers, ways to
 * find peers, and rates.
 */
export abstract class TorrentControls extends TorrentView {
  readonly #parts: ControlledParts;

  constructor(parts: ControlledParts) {
    super(parts);
    this.#parts = parts;
  }

  /** Whether pieces are downloaded in order instead of rarest first. */
  get isSequential(): boolean {
    return this.#parts.lifecycle.isSequential;
  }

  setSequential(isSequential: boolean): void {
    this.#parts.lifecycle.isSequential = isSequential;
  }

  /**
   * Changes the priorities of files, by index. Rejects with InputError `torrent.no-metadata`, StorageError.
   */
  async setPriorities(changes: ReadonlyMap<number, Priority>): Promise<void> {
    await this.#parts.lifecycle.setPriorities(changes);
  }

  /** Adds peers, given as `HOST:PORT`, and dials them. Rejects with InputError `address.text`, `address.no-peer`. */
  async addPeers(peers: readonly string[]): Promise<void> {
    await this.#parts.named.add(peers);
  }

  trackers(): TrackerStatus[] {
    return this.#parts.trackers.status();
  }

  /**
   * Announce URLs by tier: the URLs of the torrent, of the magnet link and of the user, or the URLs that replaced them.
   */
  get trackerTiers(): readonly (readonly string[])[] {
    return this.#parts.trackers.tiers;
  }

  /**
   * Replaces the trackers, also of a running torrent. Trackers in both lists keep their state; removed trackers are
   * sent `stopped`.
   */
  setTrackers(tiers: readonly (readonly string[])[]): void {
    this.#parts.trackers.set(tiers);
  }

  /** Announces to the trackers now, even if their minimum interval is not over. */
  reannounce(): void {
    this.#parts.trackers.force();
  }

  /**
   * Which ways to find peers the torrent may use besides its trackers. It uses those of them that its client uses as
   * well. A private torrent uses none of them (BEP 27).
   */
  get discovery(): DiscoverySwitches {
    return this.#parts.discovery.switches;
  }

  /**
   * Changes {@link discovery}, also of a running torrent: searches and announces start or end at once. Connected peers
   * stay connected. Ways that are missing from `changes` stay unchanged.
   */
  setDiscovery(changes: DiscoveryChanges): void {
    this.#parts.discovery.set(changes);
  }

  /**
   * Whether the values in the torrent's status may change now: it has peers, or is being checked. This takes less time
   * than {@link TorrentView.status}.
   */
  get isBusy(): boolean {
    const { swarm } = this;
    return (
      this.state.kind === "checking" ||
      (swarm !== undefined && (swarm.peers.size > 0 || swarm.down.rate > 0 || swarm.up.rate > 0))
    );
  }

  /** The torrent's own rate limits in bytes a second; `undefined` for no limit. */
  get rates(): Required<Rates> {
    return this.#parts.rates.get();
  }

  /**
   * Sets the maximum number of connected peers; `undefined` for the client's maximum. Existing connections stay open.
   * Throws UsageError `client.count`.
   */
  setMaxPeers(count: number | undefined): void {
    this.#parts.rates.maxPeers = count;
  }

  /**
   * Sets the torrent's own rate limits in bytes a second; `undefined` or 0 for no limit. Throws UsageError
   * `client.rate` for a rate that is negative or not finite.
   */
  setRates(rates: Rates): void {
    this.#parts.rates.set(rates);
  }
}
