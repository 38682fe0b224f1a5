import { StorageError, type Bitfield, type MillraceError } from "../../base/index.ts";
import type { Priority } from "../../swarm/index.ts";
import { makeStorage, type ContentPlace } from "./content-place.ts";
import { MISSING_LOOK_MS } from "../limits.ts";
import { fileBytes } from "./selection.ts";

/**
 * The error codes that mean missing files. A torrent's start, the sync of its data and a read each have their own code.
 */
const MISSING = new Set(["storage.missing", "storage.vanished", "storage.not-found"]);

/** Whether the error means that files of a torrent are missing. */
export function isMissing(error: MillraceError): boolean {
  return MISSING.has(error.code);
}

/** Options of {@link Absence}. */
export interface AbsenceOptions {
  readonly place: () => ContentPlace | undefined;
  readonly priorities: () => readonly Priority[];
  /**
   * Resolves with the pieces that the last run or check found valid; with `undefined` when only the existence of data
   * is known.
   */
  readonly claimed: () => Promise<Bitfield | undefined>;
  /** Called when all files exist again. */
  readonly onBack: () => void;
}

/**
 * Checks every {@link MISSING_LOOK_MS} whether a torrent's missing files exist again. Each file that had data must
 * exist in full length, so that a file that is still being copied does not count.
 */
export class Absence {
  readonly #options: AbsenceOptions;
  #nextLook = 0;
  #isLooking = false;

  constructor(options: AbsenceOptions) {
    this.#options = options;
  }

  /**
   * Checks whether the files exist again, when the next check is due. `now` is the time in milliseconds of the
   * runtime's clock. While the torrent's file or folder is missing, a check is a single `stat`.
   */
  tick(now: number): void {
    if (this.#isLooking || now < this.#nextLook) return;
    this.#nextLook = now + MISSING_LOOK_MS;
    this.#isLooking = true;
    this.#look()
      .then(
        (isBack) => {
          if (isBack) this.#options.onBack();
        },
        (error: unknown) => {
          // A disk that cannot be read counts as missing.
          if (!(error instanceof StorageError)) throw error;
        },
      )
      .finally(() => {
        this.#isLooking = false;
      })
      .catch(() => undefined);
  }

  async #look(): Promise<boolean> {
    const place = this.#options.place();
    if (place === undefined) return false;
    const { runtime, metainfo, folder } = place;
    if ((await runtime.files.stat(`${folder}/${metainfo.name}`)) === undefined) return false;
    const claimed = await this.#options.claimed();
    const stamps = await makeStorage(place).stamps();
    const priorities = this.#options.priorities();
    const { layout } = metainfo;
    return layout.files.every((file) => {
      if (file.isPadding || file.length === 0 || priorities[file.index] === "skip") return true;
      const held = claimed === undefined || fileBytes(layout, file, claimed) > 0;
      return !held || (stamps[file.index]?.size ?? 0) >= file.length;
    });
  }
}
