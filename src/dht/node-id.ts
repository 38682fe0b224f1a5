import { latin1, latin1Decode } from "../base/index.ts";
import type { Random } from "../runtime/index.ts";

/**
 * A node id or a target: 20 bytes, one character (U+0000 to U+00FF) for each. Strings take a third of the memory of
 * byte arrays and are keys of maps; a node knows hundreds of ids.
 */
export type NodeId = string;

/** The number of bytes of a node id. */
export const ID_LENGTH = 20;

/** Returns the id with these 20 bytes. */
export function idFromBytes(bytes: Uint8Array): NodeId {
  return latin1Decode(bytes);
}

/** Returns the 20 bytes of an id. */
export function idToBytes(id: NodeId): Uint8Array {
  return latin1(id);
}

/** Returns a random id. */
export function randomId(random: Random): NodeId {
  return idFromBytes(random.bytes(ID_LENGTH));
}

/**
 * Compares the XOR distances of two ids to `target`. Returns a negative number when `a` is closer than `b`, a positive
 * number when it is farther, 0 when both are equal.
 */
export function compareDistance(a: NodeId, b: NodeId, target: NodeId): number {
  for (let at = 0; at < ID_LENGTH; at++) {
    const difference = (a.charCodeAt(at) ^ target.charCodeAt(at)) - (b.charCodeAt(at) ^ target.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Returns the number of leading bits that two ids share: 0 to 160. */
export function sharedBits(a: NodeId, b: NodeId): number {
  for (let at = 0; at < ID_LENGTH; at++) {
    const difference = a.charCodeAt(at) ^ b.charCodeAt(at);
    if (difference !== 0) return at * 8 + Math.clz32(difference) - 24;
  }
  return ID_LENGTH * 8;
}

/**
 * Returns a random id that shares exactly `bits` leading bits with `id`: an id in the range of the bucket with that
 * number.
 */
export function randomIdAt(id: NodeId, bits: number, random: Random): NodeId {
  const own = idToBytes(id);
  const out = random.bytes(ID_LENGTH);
  for (let bit = 0; bit <= bits && bit < ID_LENGTH * 8; bit++) {
    const mask = 0x80 >> (bit & 7);
    const at = bit >> 3;
    const isSet = ((own[at] ?? 0) & mask) !== 0;
    // All bits before are equal, and this one is not.
    const wanted = bit === bits ? !isSet : isSet;
    out[at] = wanted ? (out[at] ?? 0) | mask : (out[at] ?? 0) & ~mask;
  }
  return idFromBytes(out);
}
