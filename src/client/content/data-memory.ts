import type { Bitfield } from "../../base/index.ts";
import type { Progress } from "../../storage/index.ts";
import { Absence, type AbsenceOptions } from "./absence.ts";
import type { FindOptions } from "./content-check.ts";
import type { ContentPlace } from "./content-place.ts";
import { claimedProgress } from "./kept-content.ts";
import type { AddOptions } from "../options.ts";

type MemoryOptions = Pick<AddOptions, "skipCheck" | "hadData" | "ifMissing" | "ifForeign">;
type MemoryFindOptions = Pick<
  FindOptions,
  "skipCheck" | "forceCheck" | "known" | "hadData" | "acceptLoss" | "acceptForeign"
>;

/**
 * Remembers, between two runs of a torrent, what is known about its data. Makes the options with which the next run
 * looks for the data.
 */
export class DataMemory {
  readonly #options: MemoryOptions;
  /** The pieces that the last run or check found valid, at the present or an earlier path of the data. */
  #known: Bitfield | undefined;
  /** Whether `#known` was found at an earlier path of the data instead of the present one. */
  #isElsewhere = false;
  #isDoubted = false;
  #acceptsLoss = false;
  /**
   * The indexes of files that were written to in any run: they may be deleted with the torrent. Only files that were
   * written to in the present run are truncated, because the user may have changed the others in between.
   */
  readonly written = new Set<number>();
  readonly #place: () => ContentPlace | undefined;
  readonly #absence: Absence;

  constructor(options: MemoryOptions, absence: Omit<AbsenceOptions, "claimed">) {
    this.#options = options;
    this.#place = absence.place;
    this.#absence = new Absence({ ...absence, claimed: () => this.#claimed() });
  }

  /** Checks for missing files when a check is due. `now` is the time in milliseconds of the runtime's clock. */
  tick(now: number): void {
    this.#absence.tick(now);
  }

  /** Makes the next run ignore the stored state and hash the data. */
  doubt(): void {
    this.#isDoubted = true;
  }

  /** Makes the next run download missing files again. */
  acceptLoss(): void {
    this.#acceptsLoss = true;
  }

  /** Records that a run has opened the data. `have` has the valid pieces; the run updates this bitfield. */
  opened(have: Bitfield): void {
    this.#known = have;
    this.#isElsewhere = false;
    this.#isDoubted = false;
    this.#acceptsLoss = false;
  }

  /**
   * Makes the next run look for the data at another path. The known pieces are remembered, so that the next run can
   * report which of them are missing there.
   */
  async relocate(): Promise<void> {
    this.#known = await this.#claimed();
    this.#isElsewhere = true;
    this.#isDoubted = true;
    this.written.clear();
  }

  /**
   * Returns the last known progress of the data at the present path; `undefined` when nothing is known about it.
   * Rejects with StorageError.
   */
  async claimedHere(): Promise<Progress | undefined> {
    const place = this.#place();
    if (this.#isElsewhere || place === undefined) return undefined;
    const kept = await claimedProgress(place);
    return this.#known === undefined ? kept : { have: this.#known, partials: kept?.partials ?? new Map() };
  }

  /** The options with which the next run finds the valid pieces. */
  get findOptions(): MemoryFindOptions {
    const { skipCheck, hadData, ifMissing, ifForeign } = this.#options;
    return {
      skipCheck: skipCheck === true && hadData !== true && !this.#isDoubted,
      forceCheck: this.#isDoubted,
      known: this.#known,
      hadData: hadData === true && this.#known === undefined,
      acceptLoss: this.#acceptsLoss || ifMissing === "download",
      acceptForeign: ifForeign !== "fail",
    };
  }

  /** Resolves with the pieces that the last run or check found valid; with `undefined` when none are known. */
  async #claimed(): Promise<Bitfield | undefined> {
    const place = this.#place();
    return this.#known ?? (place === undefined ? undefined : (await claimedProgress(place))?.have);
  }
}
