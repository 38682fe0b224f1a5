import { StorageError } from "../base/index.ts";
import type { SeededRandom } from "./random.ts";

/** The size of a page in bytes. The disk allocates whole pages, and loses whole pages in a crash. */
export const PAGE_BYTES = 16_384;

/** The allocated bytes of a disk, and the maximum number of bytes that it can hold. */
export interface Space {
  used: number;
  capacity: number;
}

/**
 * The bytes of one file, in two versions: those that the process sees, and those that are safe on the disk. The two
 * share pages until one is written to. Pages that were never written use no space and read as zeros.
 */
export class Pages {
  size = 0;
  readonly #space: Space;
  #pages = new Map<number, Uint8Array>();
  #durable: { readonly pages: Map<number, Uint8Array>; readonly size: number } | undefined;

  constructor(space: Space) {
    this.#space = space;
  }

  /** The number of bytes allocated. */
  get allocated(): number {
    return this.#pages.size * PAGE_BYTES;
  }

  read(into: Uint8Array, position: number): number {
    const count = Math.max(0, Math.min(into.length, this.size - position));
    for (let done = 0; done < count;) {
      const at = position + done;
      const within = at % PAGE_BYTES;
      const length = Math.min(count - done, PAGE_BYTES - within);
      const page = this.#pages.get(Math.floor(at / PAGE_BYTES));
      if (page === undefined) into.fill(0, done, done + length);
      else into.set(page.subarray(within, within + length), done);
      done += length;
    }
    return count;
  }

  /** Writes bytes. When the disk is full, writes as many as fit and throws {@link StorageError} `storage.full`. */
  write(bytes: Uint8Array, position: number, path: string): void {
    for (let done = 0; done < bytes.length;) {
      const at = position + done;
      const within = at % PAGE_BYTES;
      const length = Math.min(bytes.length - done, PAGE_BYTES - within);
      this.#own(Math.floor(at / PAGE_BYTES), path).set(bytes.subarray(done, done + length), within);
      done += length;
      this.size = Math.max(this.size, at + length);
    }
  }

  truncate(length: number): void {
    for (const index of this.#pages.keys()) {
      if (index * PAGE_BYTES < length) continue;
      this.#pages.delete(index);
      this.#space.used -= PAGE_BYTES;
    }
    const rest = length % PAGE_BYTES;
    const last = Math.floor(length / PAGE_BYTES);
    if (length < this.size && rest > 0 && this.#pages.has(last)) this.#own(last, "").fill(0, rest);
    this.size = length;
  }

  sync(): void {
    this.#durable = { pages: new Map(this.#pages), size: this.size };
  }

  /** Frees the space of all pages. */
  free(): void {
    this.#space.used -= this.allocated;
    this.#pages.clear();
  }

  /**
   * Simulates a power failure: each page written since the last sync is kept or lost, at random. Returns whether the
   * file still exists: a file that was never synced does not.
   */
  crash(random: SeededRandom): boolean {
    const durable = this.#durable;
    this.#space.used -= this.allocated;
    if (durable === undefined) {
      this.#pages.clear();
      return false;
    }
    const left = new Map(durable.pages);
    for (const [index, page] of this.#pages)
      if (left.get(index) !== page && index * PAGE_BYTES < durable.size && random.chance(0.5)) left.set(index, page);
    this.#pages = left;
    this.size = durable.size;
    this.#space.used += this.allocated;
    this.sync();
    return true;
  }

  /** Returns a page that may be written to: if the safe version shares the page, a copy of it. */
  #own(index: number, path: string): Uint8Array {
    const page = this.#pages.get(index);
    if (page !== undefined && this.#durable?.pages.get(index) !== page) return page;
    if (page === undefined) {
      if (this.#space.used + PAGE_BYTES > this.#space.capacity)
        throw new StorageError("storage.full", `cannot write ${path}: no space left on the disk`, { fields: { path } });
      this.#space.used += PAGE_BYTES;
    }
    const own = page?.slice() ?? new Uint8Array(PAGE_BYTES);
    this.#pages.set(index, own);
    return own;
  }
}
