import { unreachable } from "../../base/index.ts";
import type { EntryState } from "./entry.ts";

/** The facts about a tracker on which the plan depends. */
export interface PlannedTracker {
  readonly state: EntryState;
  readonly isCompletedDue: boolean;
}

/** The announce that is due next. */
export interface Plan<T> {
  /** The trackers to announce to now. */
  readonly due: readonly T[];
  /**
   * The time of the next plan, in the clock's milliseconds; `Infinity` when only a reply or a request can change the
   * plan.
   */
  readonly wakeAt: number;
}

/**
 * Plans to which trackers to announce (BEP 12). The first tracker of a group that has not failed serves the group; a
 * failed tracker is passed over until its wait is over. All groups are served at the same time: with one group for each
 * tier, every tier is served; with all tiers in one group, the later tiers are spare. `completed` is sent at once to
 * every tracker that waits for it. A pure function of its arguments.
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
