/** Exit statuses, the same for every command. Scripts rely on them. */
export const EXIT_DONE = 0;
/** The command failed; a line on stderr has the error. */
export const EXIT_FAILED = 1;
/** The command line is invalid. */
export const EXIT_USAGE = 2;
/** The user stopped the command with Ctrl-C or SIGTERM. */
export const EXIT_INTERRUPTED = 130;
