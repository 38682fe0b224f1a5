/** Limits of the text from other hosts that messages contain. Listed in docs/limits.md. */

/**
 * The maximum number of characters that a message quotes from a text of another host, such as a tracker's failure
 * reason or the title of a web page. This length fits one line.
 */
export const MAX_EXCERPT = 160;
