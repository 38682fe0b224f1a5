/** The number of finished writes at the beginning of the array at which they are removed. */
const COMPACT_AT = 256;

/** The callback of a write; see `Socket.write`. */
export type Flushed = (error?: Error | null) => void;

const NONE: readonly Flushed[] = [];

interface Write {
  readonly bytes: Uint8Array;
  done: number;
  readonly onFlushed: Flushed | undefined;
}

/** The written bytes that are not in packets yet. */
export class WriteQueue {
  #writes: Write[] = [];
  #first = 0;
  #bytes = 0;

  /** The number of bytes in the queue. */
  get bytes(): number {
    return this.#bytes;
  }

  push(bytes: Uint8Array, onFlushed: Flushed | undefined): void {
    if (bytes.length === 0) {
      onFlushed?.();
      return;
    }
    this.#writes.push({ bytes, done: 0, onFlushed });
    this.#bytes += bytes.length;
  }

  /**
   * Moves the next bytes into `into`, from `at` to its end; there are as many. Returns the callbacks of the writes of
   * which nothing is left.
   */
  take(into: Uint8Array, at: number): readonly Flushed[] {
    let flushed: Flushed[] | undefined;
    for (let to = at; to < into.length;) {
      const write = this.#writes[this.#first];
      if (write === undefined) break;
      const count = Math.min(write.bytes.length - write.done, into.length - to);
      into.set(write.bytes.subarray(write.done, write.done + count), to);
      write.done += count;
      to += count;
      this.#bytes -= count;
      if (write.done < write.bytes.length) break;
      this.#first++;
      if (write.onFlushed !== undefined) (flushed ??= []).push(write.onFlushed);
    }
    if (this.#first === this.#writes.length) this.#writes.length = 0;
    else if (this.#first >= COMPACT_AT) this.#writes.splice(0, this.#first);
    if (this.#first > this.#writes.length || this.#first >= COMPACT_AT) this.#first = 0;
    return flushed ?? NONE;
  }

  /** Empties the queue; returns the callbacks of the writes that were in it. */
  clear(): Flushed[] {
    const left = this.#writes.slice(this.#first).flatMap(({ onFlushed }) => onFlushed ?? []);
    this.#writes = [];
    this.#first = 0;
    this.#bytes = 0;
    return left;
  }
}
