/** Returns the FNV-1a hash of a text, 32 bits. `from` is an earlier hash that is continued. */
export function fnv1a(text: string, from = 0x811c9dc5): number {
  let sum = from;
  for (let at = 0; at < text.length; at++) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  return sum >>> 0;
}
