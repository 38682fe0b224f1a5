/** The maximum length of a document in bytes: larger torrent files are not read. */
export const MAX_DOCUMENT_LENGTH = 32 * 1024 * 1024;

/** The maximum depth of nested lists and dictionaries. Real file trees are less deep. */
export const MAX_DEPTH = 100;

/** The highest value that `maxDepth` accepts: decoding and encoding use one stack frame for each level. */
export const MAX_DEPTH_CEILING = 1_000;

/**
 * The maximum number of strings, integers, lists and dictionaries in a document (keys count too). Each takes about 100
 * bytes of memory.
 */
export const MAX_TOKENS = 3_000_000;

/**
 * The maximum number of characters of an integer, sign included: converting text into a bigint takes time quadratic in
 * its length.
 */
export const MAX_INTEGER_LENGTH = 1_000;
