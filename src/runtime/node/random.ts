import { randomFillSync, randomInt } from "node:crypto";
import type { Random } from "../random.ts";

/** The number of bytes that are made at once: a call of `node:crypto` takes 30 µs, for one byte as for all of these. */
const POOL_LENGTH = 8_192;
/** The maximum length that is taken from the pool. */
const MAX_POOLED = 1_024;

const pool = new Uint8Array(POOL_LENGTH);
/** The bytes before it are used. */
let at = POOL_LENGTH;

/** Random bytes and numbers of `node:crypto`. */
export const nodeRandom: Random = {
  bytes: (length) => {
    if (length > MAX_POOLED) return randomFillSync(new Uint8Array(length));
    if (at + length > POOL_LENGTH) {
      randomFillSync(pool);
      at = 0;
    }
    const bytes = pool.slice(at, at + length);
    // They may become a key: no copy is kept.
    pool.fill(0, at, at + length);
    at += length;
    return bytes;
  },
  below: (limit) => randomInt(limit),
};
