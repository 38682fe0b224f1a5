/** Limits of the text from other hosts that messages show. Listed in docs/limits.md. */

/**
 * Characters of a text from outside (a tracker's failure or warning, the title of a web page) that are shown: one line.
 */
export const MAX_EXCERPT = 160;
