import type { Clock, Random } from "../../runtime/index.ts";
import { SERVER_SECRET_MS } from "../limits.ts";

const KEY_BYTES = 8;

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function littleEndian(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
}

/**
 * Writes the HalfSipHash-2-4 of `bytes` (64 bits) to `out`. This keyed hash is by Aumasson and Bernstein (`hsiphash` in
 * the Linux kernel). It cannot be predicted without its key, and takes a tenth of the time of SHA-1 by `createHash`.
 * `key` has 8 bytes.
 */
export function halfSipHash(key: Uint8Array, bytes: Uint8Array, out: Uint8Array): void {
  const k0 = littleEndian(key, 0);
  const k1 = littleEndian(key, 4);
  let v0 = k0;
  let v1 = k1 ^ 0xee;
  let v2 = 0x6c796765 ^ k0;
  let v3 = 0x74656462 ^ k1;
  const rounds = (count: number): void => {
    for (let i = 0; i < count; i++) {
      v0 = (v0 + v1) | 0;
      v1 = rotate(v1, 5) ^ v0;
      v0 = rotate(v0, 16);
      v2 = (v2 + v3) | 0;
      v3 = rotate(v3, 8) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = rotate(v3, 7) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = rotate(v1, 13) ^ v2;
      v2 = rotate(v2, 16);
    }
  };
  const whole = bytes.length - (bytes.length % 4);
  for (let at = 0; at <= whole; at += 4) {
    let word = at < whole ? littleEndian(bytes, at) : bytes.length << 24;
    if (at === whole) for (let i = 0; i < bytes.length - whole; i++) word |= (bytes[whole + i] ?? 0) << (8 * i);
    v3 ^= word;
    rounds(2);
    v0 ^= word;
  }
  v2 ^= 0xee;
  rounds(4);
  writeLittleEndian(out, 0, v1 ^ v3);
  v1 ^= 0xdd;
  rounds(4);
  writeLittleEndian(out, 4, v1 ^ v3);
}

function writeLittleEndian(out: Uint8Array, at: number, value: number): void {
  for (let i = 0; i < 4; i++) out[at + i] = value >>> (8 * i);
}

/**
 * Makes and checks connection ids without storing them (BEP 15: "a syn cookie like approach"). An id is the keyed hash
 * of the client's IP address. The key is a secret that changes every two minutes; ids of the current and the previous
 * secret are valid, so an id is valid for two to four minutes. A client with a forged address never receives a valid
 * id.
 */
export class ConnectionIdMint {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #expected = new Uint8Array(8);
  #current: Uint8Array;
  #last: Uint8Array;
  #until: number;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
    this.#current = random.bytes(KEY_BYTES);
    this.#last = random.bytes(KEY_BYTES);
    this.#until = clock.now() + SERVER_SECRET_MS;
  }

  /** Returns the connection id for an IP address of 4 or 16 bytes. The next call overwrites the result. */
  make(address: Uint8Array): Uint8Array {
    this.#turn();
    halfSipHash(this.#current, address, this.#expected);
    return this.#expected;
  }

  /** Whether `id` is a valid connection id for this IP address. */
  check(address: Uint8Array, id: Uint8Array): boolean {
    this.#turn();
    return this.#matches(this.#current, address, id) || this.#matches(this.#last, address, id);
  }

  #matches(key: Uint8Array, address: Uint8Array, id: Uint8Array): boolean {
    halfSipHash(key, address, this.#expected);
    let difference = 0;
    for (let i = 0; i < 8; i++) difference |= (id[i] ?? 0) ^ (this.#expected[i] ?? 0);
    return difference === 0;
  }

  #turn(): void {
    const now = this.#clock.now();
    if (now < this.#until) return;
    // When no id was requested for long, the previous secret has expired, too.
    this.#last = now < this.#until + SERVER_SECRET_MS ? this.#current : this.#random.bytes(KEY_BYTES);
    this.#current = this.#random.bytes(KEY_BYTES);
    this.#until = now + SERVER_SECRET_MS;
  }
}
