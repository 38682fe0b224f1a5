/** The maximum time, in milliseconds, that reading a pipe named by the user waits for a program that writes to it. */
export const PIPE_WAIT_MS = 10_000;

/** The time, in milliseconds, between two attempts to read a pipe or terminal that has no bytes yet. */
export const PIPE_LOOK_MS = 10;
