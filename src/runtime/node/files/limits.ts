/** Milliseconds that a pipe which is to be read, because a person named it, is waited for to be written to. */
export const PIPE_WAIT_MS = 10_000;

/** Milliseconds between two looks at a pipe or terminal that has nothing yet. */
export const PIPE_LOOK_MS = 10;
