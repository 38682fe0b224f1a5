import type { Bitfield } from "../../base/index.ts";
import type { Progress } from "../../storage/index.ts";
import { Absence, type AbsenceOptions } from "./absence.ts";
import type { FindOptions } from "./content-check.ts";
import type { ContentPlace } from "./content-place.ts";
import { claimedProgress } from "./kept-content.ts";
import type { AddOptions } from "../options.ts";

/** What a torrent knows of its data between two runs, and what its owner said should be made of it. */
export class DataMemory {
  readonly #options: Pick<AddOptions, "skipCheck" | "hadData" | "ifMissing">;
  /** Pieces that were there when it was last looked at, wherever that was. */
  #known: Bitfield | undefined;
  /** That was at another place than where the data is to be now. */
  #isElsewhere = false;
  #isDoubted = false;
  #acceptsLoss = false;
  /**
   * Files that were written to in any run, by index: they are ours to remove. What is cut goes by the run alone, as its
   * owner may have changed files since.
   */
  readonly written = new Set<number>();
  readonly #place: () => ContentPlace | undefined;
  readonly #absence: Absence;

  constructor(
    options: Pick<AddOptions, "skipCheck" | "hadData" | "ifMissing">,
    absence: Omit<AbsenceOptions, "claimed">,
  ) {
    this.#options = options;
    this.#place = absence.place;
    this.#absence = new Absence({ ...absence, claimed: () => this.#claimed() });
  }

  /** The files are gone: looks for them now and then. `now` on the clock's scale. */
  tick(now: number): void {
    this.#absence.tick(now);
  }

  /** Nothing that was kept is to be believed: the next run hashes what is there. */
  doubt(): void {
    this.#isDoubted = true;
  }

  /** Files that are gone are to be downloaded again in the next run. */
  acceptLoss(): void {
    this.#acceptsLoss = true;
  }

  /** The data was opened, and `have`, which is live, is there. */
  opened(have: Bitfield): void {
    this.#known = have;
    this.#isElsewhere = false;
    this.#isDoubted = false;
    this.#acceptsLoss = false;
  }

  /**
   * The data will be looked for elsewhere than where it was: what was there is remembered, and found there or missed.
   */
  async take(): Promise<void> {
    this.#known = await this.#claimed();
    this.#isElsewhere = true;
    this.#isDoubted = true;
    this.written.clear();
  }

  /**
   * What was there when it was last looked at, where the data is now; `undefined` when nothing is known of that.
   * Rejects with StorageError.
   */
  async claimedHere(): Promise<Progress | undefined> {
    const place = this.#place();
    if (this.#isElsewhere || place === undefined) return undefined;
    const kept = await claimedProgress(place);
    return this.#known === undefined ? kept : { have: this.#known, partials: kept?.partials ?? new Map() };
  }

  /** How the next run is to find out what is there. */
  get findOptions(): Pick<FindOptions, "skipCheck" | "forceCheck" | "known" | "hadData" | "acceptLoss"> {
    const { skipCheck, hadData, ifMissing } = this.#options;
    return {
      skipCheck: skipCheck === true && hadData !== true && !this.#isDoubted,
      forceCheck: this.#isDoubted,
      known: this.#known,
      hadData: hadData === true && this.#known === undefined,
      acceptLoss: this.#acceptsLoss || ifMissing === "download",
    };
  }

  /** The pieces that were there, as far as that is known. */
  async #claimed(): Promise<Bitfield | undefined> {
    const place = this.#place();
    return this.#known ?? (place === undefined ? undefined : (await claimedProgress(place))?.have);
  }
}
