/** The maximum number of ranges of all filter files together. The largest published lists have about one million. */
export const MAX_RANGES = 8_000_000;

/** The maximum length of a filter file in bytes, after decompression. One million ranges have about 50 MB. */
export const MAX_FILTER_LENGTH = 1024 * 1024 * 1024;

/** The maximum length of a line in bytes. The rest of a longer line is ignored, together with the line. */
export const MAX_LINE_LENGTH = 4_096;

/** Milliseconds between two checks whether a filter file has changed. */
export const CHECK_MS = 5_000;
