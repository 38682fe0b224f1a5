import { fnv1a } from "../base/index.ts";

/**
 * Returns a number of 30 bits for a text. A set of such numbers takes a fraction of the memory of a set of texts, but
 * two texts may have the same number.
 */
export function textHash(text: string): number {
  const sum = fnv1a(text);
  return (sum ^ (sum >>> 15)) & 0x3fffffff;
}
