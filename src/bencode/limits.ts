/** Bytes of one document: the largest torrent file that is read. */
export const MAX_DOCUMENT_LENGTH = 32 * 1024 * 1024;

/** Containers within each other: a file tree of real life is not this deep. */
export const MAX_DEPTH = 100;

/** The highest value that `maxDepth` accepts: decoding and encoding use one stack frame for each level. */
export const MAX_DEPTH_CEILING = 1_000;

/** Strings, integers, lists and dictionaries of one document (keys count too): about 100 bytes of memory each. */
export const MAX_TOKENS = 3_000_000;

/** Characters of an integer, sign included: turning text into a bigint takes time quadratic in its length. */
export const MAX_INTEGER_LENGTH = 1_000;
