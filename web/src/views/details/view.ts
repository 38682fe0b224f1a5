/** The properties of the component of each tab: the id of the torrent. */
export interface ViewProps {
  readonly id: string;
}

/** Milliseconds between two requests for values that the event stream does not contain and that change often. */
export const POLL_FAST = 1500;
/** Milliseconds between two requests for values that the event stream does not contain and that change seldom. */
export const POLL_SLOW = 3000;
