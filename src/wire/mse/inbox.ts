import { copyBytes, PeerError, viewBytes } from "../../base/index.ts";

/** The received bytes of a handshake that are not used yet, in a buffer that begins small and has a maximum length. */
export class MseInbox {
  readonly #most: number;
  #bytes: Uint8Array;
  #start = 0;
  #end = 0;

  /** `most` is the maximum number of bytes, used and unused. */
  constructor(most: number) {
    this.#most = most;
    this.#bytes = new Uint8Array(Math.min(most, 256));
  }

  /** The number of unused bytes. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** Appends as much of `chunk` as the maximum allows, and returns the rest of it. */
  append(chunk: Uint8Array): Uint8Array {
    const count = Math.min(chunk.length, this.#most - this.#end);
    this.#reserve(this.#end + count);
    this.#bytes.set(viewBytes(chunk, 0, count), this.#end);
    this.#end += count;
    return viewBytes(chunk, count, chunk.length);
  }

  /** Returns the next `length` bytes and marks them as used; `undefined` while fewer have arrived. A view. */
  take(length: number): Uint8Array | undefined {
    if (this.length < length) return undefined;
    this.#start += length;
    return viewBytes(this.#bytes, this.#start - length, this.#start);
  }

  /** Returns a view of all unused bytes. */
  peek(): Uint8Array {
    return viewBytes(this.#bytes, this.#start, this.#end);
  }

  /** Returns a copy of all unused bytes and marks them as used. */
  takeAll(): Uint8Array {
    const all = copyBytes(this.#bytes, this.#start, this.#end);
    this.#start = this.#end;
    return all;
  }

  /**
   * Skips bytes until `pattern` and the pattern itself. Returns `false` while it has not arrived. Throws PeerError
   * `mse.sync` when it does not begin within `within` bytes. Each byte is looked at once, not once for each chunk.
   */
  skipPast(pattern: Uint8Array, search: MseSearch): boolean {
    const last = this.length - pattern.length;
    for (; search.at <= Math.min(last, search.within); search.at++) {
      if (!this.#isAt(this.#start + search.at, pattern)) continue;
      this.#start += search.at + pattern.length;
      return true;
    }
    if (search.at <= search.within) return false;
    throw new PeerError("mse.sync", `the peer's padding does not end within ${search.within} bytes`);
  }

  #isAt(from: number, pattern: Uint8Array): boolean {
    for (let at = 0; at < pattern.length; at++) if (this.#bytes[from + at] !== pattern[at]) return false;
    return true;
  }

  #reserve(length: number): void {
    if (length <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.min(this.#most, Math.max(length, this.#bytes.length * 2)));
    larger.set(viewBytes(this.#bytes, 0, this.#end));
    this.#bytes = larger;
  }
}

/** How far {@link MseInbox.skipPast} has searched. */
export interface MseSearch {
  /** The offset, from the first unused byte, at which the search goes on. */
  at: number;
  /** The maximum offset at which the pattern may begin. */
  readonly within: number;
}
