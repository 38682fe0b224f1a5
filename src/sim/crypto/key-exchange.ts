import { readUint32, writeUint32, type KeyPair } from "../../base/index.ts";
import type { KeyExchange, Random } from "../../runtime/index.ts";

/** A prime small enough for a quick exchange, with a generator. */
const PRIME = 2_147_483_647n;
const GENERATOR = 7n;
const KEY_LENGTH = 96;

/** A simulated exchange of keys: the arithmetic of the real one in a group of 31 bits, so that it takes no time. */
export class SimKeyExchange implements KeyExchange {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  generate(): KeyPair {
    const exponent = BigInt(2 + this.#random.below(2_147_483_640));
    return {
      publicKey: toBytes(power(GENERATOR, exponent)),
      secret: (publicKey) => {
        const key = BigInt(readUint32(publicKey, KEY_LENGTH - 4));
        return key <= 1n || key >= PRIME - 1n ? undefined : toBytes(power(key, exponent));
      },
    };
  }
}

/** Returns `base` to the power of `exponent`, modulo the prime. */
function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = (result * square) % PRIME;
    square = (square * square) % PRIME;
  }
  return result;
}

function toBytes(number: bigint): Uint8Array {
  const bytes = new Uint8Array(KEY_LENGTH);
  writeUint32(bytes, KEY_LENGTH - 4, Number(number));
  return bytes;
}
