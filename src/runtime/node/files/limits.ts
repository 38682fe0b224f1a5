/**
 * The maximum time, in milliseconds, to wait for a program that writes to a pipe. The user has named this pipe as a
 * file to read.
 */
export const PIPE_WAIT_MS = 10_000;

/** The time, in milliseconds, between two attempts to read a pipe or terminal that has no bytes yet. */
export const PIPE_LOOK_MS = 10;
