/**
 * The number of bytes of the cipher stream that are skipped, because the first bytes of RC4 leak the key (MSE
 * specification).
 */
const DROPPED = 1024;

/** Below this number of bytes, the view of 32-bit words costs more than it saves. */
const MIN_WORD_LENGTH = 64;

/**
 * The stream cipher RC4 without its first 1024 bytes, as Message Stream Encryption uses it. Encryption and decryption
 * are the same. RC4 hides the protocol from simple filters; it keeps nothing secret.
 */
export class Rc4 {
  readonly #box = new Uint8Array(256);
  #i = 0;
  #j = 0;

  /** `key` is the key, 1 to 256 bytes. */
  constructor(key: Uint8Array) {
    const box = this.#box;
    for (let i = 0; i < 256; i++) box[i] = i;
    for (let i = 0, j = 0; i < 256; i++) {
      const a = box[i] ?? 0;
      j = (j + a + (key[i % key.length] ?? 0)) & 255;
      box[i] = box[j] ?? 0;
      box[j] = a;
    }
    const dropped = new Uint8Array(DROPPED);
    this.apply(dropped, dropped);
  }

  /**
   * Encrypts or decrypts `source` into `target`, which is as long; they may be the same array, but not overlap
   * otherwise. It is fastest when both begin at the same offset, modulo 4, of their buffers.
   */
  apply(source: Uint8Array, target: Uint8Array): void {
    const { length } = source;
    const skew = source.byteOffset & 3;
    if (length < MIN_WORD_LENGTH || skew !== (target.byteOffset & 3)) {
      this.#bytes(source, target, 0, length);
      return;
    }
    const head = (4 - skew) & 3;
    const words = (length - head) >> 2;
    this.#bytes(source, target, 0, head);
    this.#words(
      new Int32Array(source.buffer, source.byteOffset + head, words),
      new Int32Array(target.buffer, target.byteOffset + head, words),
    );
    this.#bytes(source, target, head + words * 4, length);
  }

  #bytes(source: Uint8Array, target: Uint8Array, from: number, until: number): void {
    const box = this.#box;
    let i = this.#i;
    let j = this.#j;
    for (let at = from; at < until; at++) {
      i = (i + 1) & 255;
      const a = box[i] ?? 0;
      j = (j + a) & 255;
      const b = box[j] ?? 0;
      box[i] = b;
      box[j] = a;
      target[at] = (source[at] ?? 0) ^ (box[(a + b) & 255] ?? 0);
    }
    this.#i = i;
    this.#j = j;
  }

  /** Four bytes in each round: one read and one write of the data instead of four. The words are little-endian. */
  #words(source: Int32Array, target: Int32Array): void {
    const box = this.#box;
    let i = this.#i;
    let j = this.#j;
    const { length } = source;
    for (let at = 0; at < length; at++) {
      i = (i + 1) & 255;
      let a = box[i] ?? 0;
      j = (j + a) & 255;
      let b = box[j] ?? 0;
      box[i] = b;
      box[j] = a;
      let word = box[(a + b) & 255] ?? 0;

      i = (i + 1) & 255;
      a = box[i] ?? 0;
      j = (j + a) & 255;
      b = box[j] ?? 0;
      box[i] = b;
      box[j] = a;
      word |= (box[(a + b) & 255] ?? 0) << 8;

      i = (i + 1) & 255;
      a = box[i] ?? 0;
      j = (j + a) & 255;
      b = box[j] ?? 0;
      box[i] = b;
      box[j] = a;
      word |= (box[(a + b) & 255] ?? 0) << 16;

      i = (i + 1) & 255;
      a = box[i] ?? 0;
      j = (j + a) & 255;
      b = box[j] ?? 0;
      box[i] = b;
      box[j] = a;
      word |= (box[(a + b) & 255] ?? 0) << 24;

      target[at] = (source[at] ?? 0) ^ word;
    }
    this.#i = i;
    this.#j = j;
  }
}
