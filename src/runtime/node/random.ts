import { randomBytes, randomInt } from "node:crypto";
import type { Random } from "../random.ts";

/** Random bytes and numbers of `node:crypto`. */
export const nodeRandom: Random = {
  bytes: (length) => new Uint8Array(randomBytes(length)),
  below: (limit) => randomInt(limit),
};
