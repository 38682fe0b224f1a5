import { asInt, type BDict } from "../../bencode/index.ts";
import type { Swarm } from "../../swarm/index.ts";

/** What a torrent has moved: in earlier runs, and in the one that goes on. */
export class Tally {
  #downloaded: number;
  #uploaded: number;
  #swarm: Swarm | undefined;

  constructor(downloaded = 0, uploaded = 0) {
    this.#downloaded = downloaded;
    this.#uploaded = uploaded;
  }

  /** Bytes. */
  get downloaded(): number {
    return this.#downloaded + (this.#swarm?.down.total ?? 0);
  }

  /** Bytes. */
  get uploaded(): number {
    return this.#uploaded + (this.#swarm?.up.total ?? 0);
  }

  /** A run began, or (`undefined`) ended: its totals are kept. */
  follow(swarm: Swarm | undefined): void {
    const { downloaded, uploaded } = this;
    this.#downloaded = downloaded;
    this.#uploaded = uploaded;
    this.#swarm = swarm;
  }

  /** Goes on counting where an earlier run stopped, unless that is known already. */
  takeUp(kept: BDict): void {
    if (this.#downloaded === 0) this.#downloaded = asInt(kept.get("downloaded")) ?? 0;
    if (this.#uploaded === 0) this.#uploaded = asInt(kept.get("uploaded")) ?? 0;
  }
}
