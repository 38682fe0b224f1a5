import { asInt, type BDict } from "../../bencode/index.ts";
import type { Swarm } from "../../swarm/index.ts";

/** Counts the bytes of blocks that a torrent has downloaded and uploaded, over all runs. */
export class Tally {
  #downloaded: number;
  #uploaded: number;
  #swarm: Swarm | undefined;

  constructor(downloaded = 0, uploaded = 0) {
    this.#downloaded = downloaded;
    this.#uploaded = uploaded;
  }

  /** The number of bytes of blocks downloaded. */
  get downloaded(): number {
    return this.#downloaded + (this.#swarm?.down.total ?? 0);
  }

  /** The number of bytes of blocks uploaded. */
  get uploaded(): number {
    return this.#uploaded + (this.#swarm?.up.total ?? 0);
  }

  /**
   * Called with the swarm when a run begins, and with `undefined` when it ends. The numbers of the ended run are added
   * to the totals.
   */
  follow(swarm: Swarm | undefined): void {
    const { downloaded, uploaded } = this;
    this.#downloaded = downloaded;
    this.#uploaded = uploaded;
    this.#swarm = swarm;
  }

  /** Sets the totals from the stored state, unless they are known already. */
  restore(kept: BDict): void {
    if (this.#downloaded === 0) this.#downloaded = asInt(kept.get("downloaded")) ?? 0;
    if (this.#uploaded === 0) this.#uploaded = asInt(kept.get("uploaded")) ?? 0;
  }
}
