import { describe, expect, it } from "vitest";
import type { EntryState } from "./entry.ts";
import { planAnnounces } from "./plan.ts";

interface Drawn {
  readonly name: string;
  readonly state: EntryState;
  readonly isCompletedDue: boolean;
}

/**
 * Draws trackers: `a` idle, `a*` announcing, `a=30` working until 30, `a!30` failed until 30; `+` behind it:
 * `completed` is due.
 */
function draw(text: string): Drawn[] {
  return text.split(" ").map((word) => {
    const [, name = "", kind = "", at = "0", due = ""] = /^([a-z])(?:([*=!])(\d*))?(\+?)$/.exec(word) ?? [];
    const time = Number(at);
    const states: Record<string, EntryState> = {
      "": { kind: "idle" },
      "*": { kind: "announcing", event: undefined, since: 0, failures: 0 },
      "=": { kind: "working", nextAt: time, notBefore: 0 },
      "!": { kind: "failed", code: "x", failures: 1, retryAt: time },
    };
    return { name, state: states[kind] ?? { kind: "idle" }, isCompletedDue: due === "+" };
  });
}

describe("planAnnounces at 10", () => {
  it.each([
    ["asks the first of each tier", ["a b", "c d"], "a c", Infinity],
    ["waits for an answer", ["a* b"], "", Infinity],
    ["waits while the first works", ["a=30 b"], "", 30],
    ["announces again when it is time", ["a=10 b"], "a", Infinity],
    ["passes over one that failed", ["a!30 b"], "b", 30],
    ["returns to it when its wait is over", ["a!10 b=20"], "a", Infinity],
    ["waits for the soonest when all failed", ["a!40 b!30 c!50"], "", 30],
    ["does not look behind one that works", ["a!40 b=60 c"], "", 40],
    ["never wakes for one that said never", ["a!99999999999"], "", 99_999_999_999],
    ["sends completed at once", ["a=30+ b=40+ c"], "a b", Infinity],
    ["announces to no other tracker of a tier during an announce", ["a!10 b*"], "", Infinity],
    ["serves tiers apart", ["a=30", "b!5", "c*", "d"], "b d", 30],
    ["has nothing to do without trackers", [], "", Infinity],
  ])("%s", (_name, groups, due, wakeAt) => {
    const plan = planAnnounces(groups.map(draw), 10);
    expect(plan.due.map((tracker) => tracker.name).join(" ")).toBe(due);
    expect(plan.wakeAt).toBe(wakeAt);
  });
});
