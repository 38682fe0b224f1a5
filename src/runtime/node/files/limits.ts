/** Milliseconds that a pipe which is to be read, because a person named it, is waited for to be written to. */
export const PIPE_WAIT_MS = 10_000;

/** Milliseconds between two reads of a pipe or terminal that has no bytes yet. */
export const PIPE_LOOK_MS = 10;
