import { unreachable } from "../../base/index.ts";
import type { EntryState } from "./entry.ts";

/** What the plan depends on for each tracker. */
export interface PlannedTracker {
  readonly state: EntryState;
  readonly isCompletedDue: boolean;
}

/** The announce that is due next. */
export interface Plan<T> {
  /** To be announced to now. */
  readonly due: readonly T[];
  /**
   * When to plan again, in the clock's milliseconds; `Infinity` when only a reply or a request can change anything.
   */
  readonly wakeAt: number;
}

/**
 * Which trackers to announce to (BEP 12). A group is served by its first tracker that has not failed; one that failed
 * is passed over until its wait is over. Groups go side by side: with one group a tier every tier is served, with all
 * tiers in one group the later tiers are spare. `completed` is sent at once to every tracker that waits for it. A pure
 * function of its arguments.
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
