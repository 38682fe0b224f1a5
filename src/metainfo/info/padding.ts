/**
 * The prefix of the names of padding files that BitComet and others made before BEP 47. libtorrent recognises the files
 * by this prefix, too. They contain zeros, as in BEP 47.
 */
const PADDING_PREFIX = "_____padding_file_";

/** Whether a file with this name is a padding file, even when its `attr` does not say so. */
export function isPaddingName(name: string): boolean {
  return name.startsWith(PADDING_PREFIX);
}

/** Does the same as {@link isPaddingName}, for a name given as bytes. */
export function isPaddingNameAt(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < PADDING_PREFIX.length) return false;
  for (let i = 0; i < PADDING_PREFIX.length; i++) if (bytes[start + i] !== PADDING_PREFIX.charCodeAt(i)) return false;
  return true;
}
