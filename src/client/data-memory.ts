import type { Bitfield } from "../base/index.ts";
import { Absence, type AbsenceOptions } from "./absence.ts";
import type { FindOptions } from "./content-check.ts";
import type { ContentPlace } from "./content-place.ts";
import { claimedPieces } from "./kept-content.ts";
import type { AddOptions } from "./options.ts";

/** What a torrent knows of its data between two runs, and what its owner said should be made of it. */
export class DataMemory {
  readonly #options: Pick<AddOptions, "skipCheck" | "hadData" | "ifMissing">;
  /** Pieces that were there when it was last looked at, wherever that was. */
  #known: Bitfield | undefined;
  #isDoubted = false;
  #acceptsLoss = false;
  readonly #place: () => ContentPlace | undefined;
  readonly #absence: Absence;

  constructor(options: Pick<AddOptions, "skipCheck" | "hadData" | "ifMissing">, absence: Omit<AbsenceOptions, "claimed">) {
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
    this.#isDoubted = false;
    this.#acceptsLoss = false;
  }

  /** The data will be looked for elsewhere than where it was: what was there is remembered, and found there or missed. */
  async take(): Promise<void> {
    this.#known = await this.#claimed();
    this.#isDoubted = true;
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
    return this.#known ?? (place === undefined ? undefined : claimedPieces(place));
  }
}
