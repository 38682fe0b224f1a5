import { crc32 } from "./crc32.ts";
import { GzipError } from "./gzip-error.ts";
import { Inflater } from "./inflater.ts";

/** The number of bytes of input that are kept at the most. A header of a gzip file must be shorter. */
const INPUT = 128 * 1024;
const HEADER = 10;
const TRAILER = 8;

const [HAS_CHECKSUM, HAS_EXTRA, HAS_NAME, HAS_COMMENT] = [2, 4, 8, 16];

/** Decompresses gzip files (RFC 1952) as their bytes arrive, in 300 KB of memory. */
export class Gunzip {
  readonly #onData: (bytes: Uint8Array) => void;
  readonly #inflater: Inflater;
  readonly #input = new Uint8Array(INPUT);
  #length = 0;
  #state: "header" | "data" | "trailer" = "header";
  /** The number of members that were read whole: a gzip file may have several. */
  #members = 0;
  #checksum = 0;
  #size = 0;

  /** `onData` is called with decompressed bytes, which are valid until it returns. What it throws is passed on. */
  constructor(onData: (bytes: Uint8Array) => void) {
    this.#onData = onData;
    this.#inflater = new Inflater((bytes) => {
      this.#checksum = crc32(bytes, this.#checksum);
      this.#size += bytes.length;
      this.#onData(bytes);
    });
  }

  /** Takes the next bytes. Throws GzipError. */
  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const part = bytes.subarray(at, at + INPUT - this.#length);
      if (part.length === 0) throw new GzipError("the header is too long");
      this.#input.set(part, this.#length);
      this.#length += part.length;
      at += part.length;
      this.#take(false);
    }
  }

  /** Ends the file. Throws GzipError when it is not complete. */
  end(): void {
    this.#take(true);
    if (this.#state !== "header" || this.#length > 0 || this.#members === 0) throw new GzipError("the data ends early");
  }

  #take(isAll: boolean): void {
    let taken = 0;
    for (;;) {
      const state = this.#state;
      const count = this.#takePart(this.#input.subarray(taken, this.#length), isAll);
      taken += count;
      if (count === 0 && state === this.#state) break;
    }
    this.#input.copyWithin(0, taken, this.#length);
    this.#length -= taken;
  }

  /** Returns the number of bytes that were taken. */
  #takePart(input: Uint8Array, isAll: boolean): number {
    if (this.#state === "data") {
      const taken = this.#inflater.push(input, isAll);
      if (this.#inflater.isOver) this.#state = "trailer";
      return taken;
    }
    if (this.#state === "trailer") {
      if (input.length < TRAILER) return 0;
      const view = new DataView(input.buffer, input.byteOffset);
      if (view.getInt32(0, true) !== this.#checksum || view.getUint32(4, true) !== this.#size >>> 0)
        throw new GzipError("the checksum does not match");
      this.#members++;
      this.#state = "header";
      return TRAILER;
    }
    const length = headerLength(input);
    if (length > input.length) return 0;
    this.#inflater.reset();
    this.#checksum = this.#size = 0;
    this.#state = "data";
    return length;
  }
}

/** Returns the length of the header; `Infinity` when its end is not there. */
function headerLength(input: Uint8Array): number {
  if (input.length < HEADER) return Infinity;
  if (input[0] !== 0x1f || input[1] !== 0x8b || input[2] !== 8) throw new GzipError("the data has no gzip header");
  const flags = input[3] ?? 0;
  let at = HEADER;
  if ((flags & HAS_EXTRA) !== 0) at += 2 + (input[at] ?? 0) + 256 * (input[at + 1] ?? 0);
  for (const flag of [HAS_NAME, HAS_COMMENT]) {
    if ((flags & flag) === 0) continue;
    const end = input.indexOf(0, at);
    if (end === -1) return Infinity;
    at = end + 1;
  }
  return (flags & HAS_CHECKSUM) === 0 ? at : at + 2;
}
