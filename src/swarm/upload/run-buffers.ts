import { SHARED_UPLOAD_BYTES, SHARED_UPLOAD_RUN_BYTES, UPLOAD_SPARE_BYTES } from "../limits.ts";

/**
 * The smallest buffer that is kept, as a power of two. Less is had quickly, and a peer that asks for single blocks ties
 * up no more.
 */
const SMALLEST = 16;
/** Headers of the blocks that fit one power of two, and a little. */
const SLACK = 1024;

/** Memory for blocks on their way from the disk to a connection, kept for the next ones in sizes that double. */
export class RunBuffers {
  readonly #spare = new Map<number, Uint8Array[]>();
  #spareBytes = 0;
  #usedBytes = 0;

  /**
   * Bytes that a run should have at the most now: many large ones at once fall out of the processor's cache before they
   * are sent.
   */
  get runBytes(): number {
    return this.#usedBytes > SHARED_UPLOAD_BYTES ? SHARED_UPLOAD_RUN_BYTES : Infinity;
  }

  /** A buffer of at least `length` bytes. */
  take(length: number): Uint8Array {
    const size = sizeFor(length);
    this.#usedBytes += size ?? length;
    if (size === undefined) return new Uint8Array(length);
    const spare = this.#spare.get(size)?.pop();
    if (spare === undefined) return new Uint8Array(size);
    this.#spareBytes -= size;
    return spare;
  }

  /** Gives back what `take` gave. */
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

/** The size kept that holds `length`; `undefined` for a short one. */
function sizeFor(length: number): number | undefined {
  const power = 32 - Math.clz32(Math.max(0, length - SLACK - 1));
  return power < SMALLEST ? undefined : 2 ** power + SLACK;
}
