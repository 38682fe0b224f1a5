import { WAITING_CHUNK_BYTES } from "../limits.ts";

interface Chunk {
  readonly bytes: Uint8Array;
  used: number;
}

/**
 * Copies of bytes in order that wait for a reader, joined in chunks of {@link WAITING_CHUNK_BYTES}: a payload of one
 * byte costs one byte, and not an object of its own.
 */
export class WaitingBytes {
  readonly #chunks: Chunk[] = [];
  #length = 0;

  /** The number of bytes. */
  get length(): number {
    return this.#length;
  }

  push(bytes: Uint8Array): void {
    let last = this.#chunks.at(-1);
    if (last === undefined || last.used + bytes.length > last.bytes.length) {
      last = { bytes: new Uint8Array(Math.max(WAITING_CHUNK_BYTES, bytes.length)), used: 0 };
      this.#chunks.push(last);
    }
    last.bytes.set(bytes, last.used);
    last.used += bytes.length;
    this.#length += bytes.length;
  }

  /** Removes and returns the first bytes; `undefined` for none. */
  shift(): Uint8Array | undefined {
    const first = this.#chunks.shift();
    if (first === undefined) return undefined;
    this.#length -= first.used;
    return first.bytes.subarray(0, first.used);
  }

  clear(): void {
    this.#chunks.length = 0;
    this.#length = 0;
  }
}
