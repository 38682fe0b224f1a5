import { SHARED_UPLOAD_BYTES, SHARED_UPLOAD_RUN_BYTES, UPLOAD_SPARE_BYTES } from "../limits.ts";

/**
 * The smallest buffer that is reused, as an exponent of two. Smaller buffers are allocated with their exact length,
 * which is fast.
 */
const SMALLEST = 16;
/** The number of bytes added to the blocks of a run, for their message headers. */
const SLACK = 1024;

/** Buffers for runs of blocks between the disk and a connection. They are reused by size class (powers of two). */
export class RunBuffers {
  readonly #spare = new Map<number, Uint8Array[]>();
  #spareBytes = 0;
  #usedBytes = 0;

  /**
   * The maximum number of bytes in a run at present. It is lower while many bytes are in use, so that these fit the
   * processor's cache.
   */
  get runBytes(): number {
    return this.#usedBytes > SHARED_UPLOAD_BYTES ? SHARED_UPLOAD_RUN_BYTES : Infinity;
  }

  /** Returns a buffer of at least `length` bytes. */
  take(length: number): Uint8Array {
    const size = sizeFor(length);
    this.#usedBytes += size ?? length;
    if (size === undefined) return new Uint8Array(length);
    const spare = this.#spare.get(size)?.pop();
    if (spare === undefined) return new Uint8Array(size);
    this.#spareBytes -= size;
    return spare;
  }

  /** Takes back a buffer that `take` returned, for reuse. */
  release(buffer: Uint8Array): void {
    const size = buffer.length;
    this.#usedBytes -= size;
    if (sizeFor(size) !== size || this.#spareBytes + size > UPLOAD_SPARE_BYTES) return;
    this.#spareBytes += size;
    const spare = this.#spare.get(size);
    if (spare === undefined) this.#spare.set(size, [buffer]);
    else spare.push(buffer);
  }
}

/** Returns the size class for `length`; `undefined` for a length whose buffers are not reused. */
function sizeFor(length: number): number | undefined {
  const power = 32 - Math.clz32(Math.max(0, length - SLACK - 1));
  return power < SMALLEST ? undefined : 2 ** power + SLACK;
}
