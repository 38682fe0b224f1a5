/** The properties of the component of each tab. */
export interface ViewProps {
  readonly id: string;
}

/**
 * The time, in milliseconds, between two requests for values that the event stream does not contain and that change
 * often.
 */
export const POLL_FAST = 1500;
/**
 * The time, in milliseconds, between two requests for values that the event stream does not contain and that change
 * seldom.
 */
export const POLL_SLOW = 3000;
