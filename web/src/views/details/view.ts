/** The properties of each tab: its torrent. */
export interface ViewProps {
  readonly id: string;
}

/** Milliseconds between two reads of values that the events do not carry. */
export const POLL_FAST = 1500;
/** Milliseconds between two reads of values that change seldom. */
export const POLL_SLOW = 3000;
