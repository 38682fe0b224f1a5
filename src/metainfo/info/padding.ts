/**
 * What BitComet, and clients that followed it before BEP 47, begin the names of padding files with. libtorrent
 * recognises them by it, too. Their content is zeros, as BEP 47 has it.
 */
const PADDING_PREFIX = "_____padding_file_";

/** Whether a file of this name is padding, without being marked so. */
export function isPaddingName(name: string): boolean {
  return name.startsWith(PADDING_PREFIX);
}

/** {@link isPaddingName} of a name given as bytes. */
export function isPaddingNameAt(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < PADDING_PREFIX.length) return false;
  for (let i = 0; i < PADDING_PREFIX.length; i++) if (bytes[start + i] !== PADDING_PREFIX.charCodeAt(i)) return false;
  return true;
}
