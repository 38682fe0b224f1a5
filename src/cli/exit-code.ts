/**
 * The exit status when the command succeeded. The exit statuses are the same for every command, and scripts rely on
 * them.
 */
export const EXIT_DONE = 0;
/** The exit status when the command failed; a line on stderr describes the error. */
export const EXIT_FAILED = 1;
/** The exit status when the command line is invalid. */
export const EXIT_USAGE = 2;
/** The exit status when the user stopped the command with Ctrl-C or SIGTERM. */
export const EXIT_INTERRUPTED = 130;
