import type { TrackerStatus } from "../../tracker/index.ts";
import type { Rates, TorrentRates } from "./rates.ts";
import type { TorrentTrackers } from "./trackers.ts";
import { TorrentView } from "./view.ts";

/** What a torrent's trackers and rates are set through. */
export interface ControlledParts {
  readonly trackers: TorrentTrackers;
  readonly rates: TorrentRates;
}

/** What can be set of a torrent in any state: its order, trackers and rates. */
export abstract class TorrentControls extends TorrentView {
  #isSequential = false;

  protected abstract controls(): ControlledParts;

  /** Whether pieces are fetched in order instead of rarest first. */
  get isSequential(): boolean {
    return this.#isSequential;
  }

  setSequential(isSequential: boolean): void {
    this.#isSequential = isSequential;
    const downloader = this.parts().swarm?.downloader;
    if (downloader !== undefined) downloader.isSequential = isSequential;
  }

  trackers(): TrackerStatus[] {
    return this.controls().trackers.status();
  }

  /** Announce URLs by tier: the torrent's own, those of the magnet link and of the user, or what was set instead. */
  get trackerTiers(): readonly (readonly string[])[] {
    return this.controls().trackers.tiers;
  }

  /**
   * Sets the trackers anew, at once also where the torrent runs: who stays keeps its state, who goes hears `stopped`.
   */
  setTrackers(tiers: readonly (readonly string[])[]): void {
    this.controls().trackers.set(tiers);
  }

  /** Announces now, tracker's minimum interval or not. */
  reannounce(): void {
    this.controls().trackers.force();
  }

  /** Whether its numbers move: it has peers, or is being checked. Costs nothing, unlike {@link TorrentView.status}. */
  get isBusy(): boolean {
    const swarm = this.parts().swarm;
    return (
      this.state.kind === "checking" ||
      (swarm !== undefined && (swarm.peers.size > 0 || swarm.down.rate > 0 || swarm.up.rate > 0))
    );
  }

  /** Bytes a second; `undefined` where it has no limit of its own. */
  get rates(): Required<Rates> {
    return this.controls().rates.get();
  }

  /**
   * Peers connected at once; `undefined` for the client's limit. What is connected already stays so. Throws UsageError
   * `client.count`.
   */
  setMaxPeers(count: number | undefined): void {
    this.controls().rates.maxPeers = count;
  }

  /**
   * Bytes a second; `undefined` or 0 for no limit of its own. Throws UsageError `client.rate` for a rate that is
   * negative or not finite.
   */
  setRates(rates: Rates): void {
    this.controls().rates.set(rates);
  }
}
