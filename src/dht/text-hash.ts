/**
 * Returns a number of 30 bits for a text (FNV-1a). A set of such numbers takes a fraction of the memory of a set of
 * texts, but two texts may have the same number.
 */
export function textHash(text: string): number {
  let sum = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  return (sum ^ (sum >>> 15)) & 0x3fffffff;
}
