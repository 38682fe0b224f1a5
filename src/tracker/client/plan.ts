import { unreachable } from "../../base/index.ts";
import type { EntryState } from "./entry.ts";

/** The part of a tracker's state that decides when to announce to it. */
export interface PlannedTracker {
  readonly state: EntryState;
  readonly isCompletedDue: boolean;
}

/** The announces that are due now, and the time at which to plan again. */
export interface Plan<T> {
  /** The trackers to announce to now. */
  readonly due: readonly T[];
  /**
   * The time at which to plan again, in the clock's milliseconds; `Infinity` when only a reply or a call can change the
   * plan.
   */
  readonly wakeAt: number;
}

/**
 * Decides to which trackers to announce now (BEP 12). In each group of trackers, only the first one that has not failed
 * gets announces; a failed one is skipped until its wait is over. All groups get announces at the same time. The caller
 * makes a group of each tier, so that every tier gets announces, or one group of all tiers, so that the later tiers are
 * used only after failures. `completed` is sent at once to every tracker that waits for it. Has no side effects.
 */
export function planAnnounces<T extends PlannedTracker>(groups: readonly (readonly T[])[], now: number): Plan<T> {
  const due = new Set<T>();
  let wakeAt = Number.POSITIVE_INFINITY;
  for (const group of groups) {
    for (const tracker of group) if (tracker.isCompletedDue && tracker.state.kind === "working") due.add(tracker);
    if (group.some((tracker) => tracker.state.kind === "announcing" || due.has(tracker))) continue;
    for (const tracker of group) {
      const at = dueAt(tracker.state);
      if (at <= now) due.add(tracker);
      else wakeAt = Math.min(wakeAt, at);
      if (at <= now || tracker.state.kind !== "failed") break;
    }
  }
  return { due: [...due], wakeAt };
}

function dueAt(state: EntryState): number {
  switch (state.kind) {
    case "idle":
      return Number.NEGATIVE_INFINITY;
    case "announcing":
      return Number.POSITIVE_INFINITY;
    case "working":
      return state.nextAt;
    case "failed":
      return state.retryAt;
    default:
      return unreachable(state);
  }
}
