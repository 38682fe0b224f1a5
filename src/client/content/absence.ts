import { StorageError, type Bitfield, type MillraceError } from "../../base/index.ts";
import type { Priority } from "../../swarm/index.ts";
import { makeStorage, type ContentPlace } from "./content-place.ts";
import { MISSING_LOOK_MS } from "../limits.ts";
import { fileBytes } from "./selection.ts";

/** Found at the start; at a write made durable; at a read. */
const MISSING = new Set(["storage.missing", "storage.vanished", "storage.not-found"]);

/** Whether a torrent failed because files of it are gone. */
export function isMissing(error: MillraceError): boolean {
  return MISSING.has(error.code);
}

/** What looking for files that are gone needs. */
export interface AbsenceOptions {
  readonly place: () => ContentPlace | undefined;
  readonly priorities: () => readonly Priority[];
  /** The pieces that were there; `undefined` when nothing is known but that there was data. */
  readonly claimed: () => Promise<Bitfield | undefined>;
  /** All of them are back. */
  readonly onBack: () => void;
}

/**
 * Looks, now and then, for the files of a torrent that are gone. They are back when each that held data is there in
 * full length: one that is being copied back is left alone.
 */
export class Absence {
  readonly #options: AbsenceOptions;
  #nextLook = 0;
  #isLooking = false;

  constructor(options: AbsenceOptions) {
    this.#options = options;
  }

  /** `now` on the clock's scale. One look is one `stat` as long as nothing is there. */
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
          // A disk that cannot be read is not back.
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
