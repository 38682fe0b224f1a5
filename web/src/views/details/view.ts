/** What each tab is given: the torrent it is about. */
export interface ViewProps {
  readonly id: string;
}

/** Milliseconds between two readings of what does not come with the events. */
export const POLL_FAST = 1500;
export const POLL_SLOW = 3000;
