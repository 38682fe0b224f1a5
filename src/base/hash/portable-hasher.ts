import { readUint32, writeUint32 } from "../bytes/bytes.ts";
import type { HashAlgorithm, SyncHasher } from "./hash.ts";

/** The length of a chunk, in bytes: both hash functions process their input in chunks of this length. */
const CHUNK_LENGTH = 64;

/** A hash function of FIPS 180-4: its initial state, and the function that mixes a chunk into the state. */
interface HashFunction {
  readonly initial: readonly number[];
  /** Mixes the chunk of `CHUNK_LENGTH` bytes at `offset` into `state`. `schedule` is scratch memory of 80 integers. */
  readonly compress: (state: Int32Array, bytes: Uint8Array, offset: number, schedule: Int32Array) => void;
}

const INITIAL_SHA1 = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];

const primes = firstPrimes(64);
/**
 * The initial state of SHA-256: the first 32 bits of the fractional parts of the square roots of the first 8 primes.
 */
const INITIAL_SHA256 = primes.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
/**
 * The round constants of SHA-256: the first 32 bits of the fractional parts of the cube roots of the first 64 primes.
 */
const ROUND_CONSTANTS = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));

const FUNCTIONS: Readonly<Record<HashAlgorithm, HashFunction>> = {
  sha1: { initial: INITIAL_SHA1, compress: compressSha1 },
  sha256: { initial: INITIAL_SHA256, compress: compressSha256 },
};

/**
 * SHA-1 and SHA-256 in plain JavaScript, for hosts without a synchronous hasher, such as browsers (`crypto.subtle`
 * returns promises). It hashes some 70 MB/s, which is enough for torrent files and metadata.
 */
export const portableHasher: SyncHasher = {
  digestSync(algorithm, bytes) {
    const { initial, compress } = FUNCTIONS[algorithm];
    const state = Int32Array.from(initial, (word) => word | 0);
    const schedule = new Int32Array(80);
    const whole = bytes.length - (bytes.length % CHUNK_LENGTH);
    for (let at = 0; at < whole; at += CHUNK_LENGTH) compress(state, bytes, at, schedule);
    const tail = paddedTail(bytes, whole);
    for (let at = 0; at < tail.length; at += CHUNK_LENGTH) compress(state, tail, at, schedule);
    const digest = new Uint8Array(state.length * 4);
    state.forEach((word, index) => writeUint32(digest, index * 4, word));
    return digest;
  },
};

/**
 * Returns the last one or two chunks of the input: the bytes from offset `whole` on, a one bit, zeros, and the input's
 * length in bits.
 */
function paddedTail(bytes: Uint8Array, whole: number): Uint8Array {
  const left = bytes.length - whole;
  const tail = new Uint8Array(left < CHUNK_LENGTH - 8 ? CHUNK_LENGTH : 2 * CHUNK_LENGTH);
  tail.set(bytes.subarray(whole));
  tail[left] = 0x80;
  writeUint32(tail, tail.length - 8, Math.floor(bytes.length / 2 ** 29));
  writeUint32(tail, tail.length - 4, bytes.length << 3);
  return tail;
}

function compressSha1(state: Int32Array, bytes: Uint8Array, offset: number, schedule: Int32Array): void {
  const w = schedule;
  for (let i = 0; i < 16; i++) w[i] = readUint32(bytes, offset + i * 4);
  for (let i = 16; i < 80; i++)
    w[i] = rotateLeft((w[i - 3] ?? 0) ^ (w[i - 8] ?? 0) ^ (w[i - 14] ?? 0) ^ (w[i - 16] ?? 0), 1);
  let [a = 0, b = 0, c = 0, d = 0, e = 0] = state;
  for (let i = 0; i < 80; i++) {
    const mixed =
      i < 20
        ? ((b & c) | (~b & d)) + 0x5a827999
        : i < 40
          ? (b ^ c ^ d) + 0x6ed9eba1
          : i < 60
            ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
            : (b ^ c ^ d) + 0xca62c1d6;
    const next = (rotateLeft(a, 5) + mixed + e + (w[i] ?? 0)) | 0;
    e = d;
    d = c;
    c = rotateLeft(b, 30);
    b = a;
    a = next;
  }
  add(state, [a, b, c, d, e]);
}

function compressSha256(state: Int32Array, bytes: Uint8Array, offset: number, schedule: Int32Array): void {
  const w = schedule;
  for (let i = 0; i < 16; i++) w[i] = readUint32(bytes, offset + i * 4);
  for (let i = 16; i < 64; i++) {
    const early = w[i - 15] ?? 0;
    const late = w[i - 2] ?? 0;
    const sigma0 = rotateLeft(early, 25) ^ rotateLeft(early, 14) ^ (early >>> 3);
    const sigma1 = rotateLeft(late, 15) ^ rotateLeft(late, 13) ^ (late >>> 10);
    w[i] = (w[i - 16] ?? 0) + sigma0 + (w[i - 7] ?? 0) + sigma1;
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let i = 0; i < 64; i++) {
    const sum1 = rotateLeft(e, 26) ^ rotateLeft(e, 21) ^ rotateLeft(e, 7);
    const sum0 = rotateLeft(a, 30) ^ rotateLeft(a, 19) ^ rotateLeft(a, 10);
    const first = (h + sum1 + ((e & f) ^ (~e & g)) + (ROUND_CONSTANTS[i] ?? 0) + (w[i] ?? 0)) | 0;
    const second = (sum0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  add(state, [a, b, c, d, e, f, g, h]);
}

function add(state: Int32Array, words: readonly number[]): void {
  words.forEach((word, index) => {
    state[index] = (state[index] ?? 0) + word;
  });
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

function fraction(value: number): number {
  return ((value - Math.floor(value)) * 2 ** 32) | 0;
}

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < count; candidate++)
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
  return primes;
}
