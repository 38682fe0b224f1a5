import { pooledBytes, unfilledBytes } from "../../base/index.ts";
import { MAX_POOLED_CIPHER_BYTES } from "../limits.ts";

/** Below this length a buffer is a part of Node's pool, which is cheaper than reuse. */
const SMALL = 2_048;
/** The length of the smallest buffers that are reused. */
const FIRST_LENGTH = 16 * 1024;
const LAST_LENGTH = 2 * 1024 * 1024;

/** A buffer for encrypted bytes, to be released when they have been sent. */
export interface CipherBuffer {
  readonly bytes: Uint8Array;
  release(): void;
}

/** Buffers into which written bytes are encrypted, reused among all connections. */
export class CipherBuffers {
  /** The free buffers, by their length. */
  readonly #free = new Map<number, Uint8Array[]>();
  #kept = 0;

  /** Returns a buffer of `length` bytes that begins at the same offset, modulo 4, as `source`. */
  take(length: number, source: Uint8Array): CipherBuffer | Uint8Array {
    const skew = source.byteOffset & 3;
    if (length <= SMALL) return pooledBytes(length);
    const size = sizeFor(length + skew);
    if (size === undefined) return unfilledBytes(length + skew).subarray(skew);
    const whole = this.#reuse(size) ?? unfilledBytes(size);
    return { bytes: whole.subarray(skew, skew + length), release: () => this.#release(whole) };
  }

  #reuse(size: number): Uint8Array | undefined {
    const whole = this.#free.get(size)?.pop();
    if (whole !== undefined) this.#kept -= size;
    return whole;
  }

  #release(whole: Uint8Array): void {
    if (this.#kept + whole.length > MAX_POOLED_CIPHER_BYTES) return;
    this.#kept += whole.length;
    const free = this.#free.get(whole.length);
    if (free === undefined) this.#free.set(whole.length, [whole]);
    else free.push(whole);
  }
}

/** Returns the smallest length of reused buffers that suffices; `undefined` when none does. */
function sizeFor(length: number): number | undefined {
  for (let size = FIRST_LENGTH; size <= LAST_LENGTH; size *= 2) if (size >= length) return size;
  return undefined;
}
