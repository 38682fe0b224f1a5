/** The properties of each tab: its torrent. */
export interface ViewProps {
  readonly id: string;
}

/** Milliseconds between two requests for values that the event stream does not send. */
export const POLL_FAST = 1500;
/** Milliseconds between two requests for values that change seldom. */
export const POLL_SLOW = 3000;
