import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Counts, countsDiffer } from "./counts.ts";
import { GROUPS, inGroup, isFiltered, matcher, NO_FILTER } from "./filter.ts";
import { row } from "./row.fixture.ts";

describe("matcher", () => {
  const debian = row({
    id: "aa",
    name: "Debian 13 netinst",
    state: "downloading",
    label: "linux",
    trackers: ["a.example", "b.example"],
  });

  test("all words, in any order, whatever their case", () => {
    expect(matcher({ ...NO_FILTER, search: " NETINST  deb" })(debian)).toBe(true);
    expect(matcher({ ...NO_FILTER, search: "netinst ubuntu" })(debian)).toBe(false);
  });

  test("label and tracker: null is any, empty is none", () => {
    expect(matcher({ ...NO_FILTER, label: "linux", tracker: "b.example" })(debian)).toBe(true);
    expect(matcher({ ...NO_FILTER, label: "" })(debian)).toBe(false);
    expect(matcher({ ...NO_FILTER, tracker: "" })(debian)).toBe(false);
    expect(matcher({ ...NO_FILTER, tracker: "" })(row({ id: "b" }))).toBe(true);
  });
});

test("inGroup: a torrent whose metadata is being fetched is not complete", () => {
  expect(inGroup(row({ id: "a", progress: 1, size: 0, state: "fetching-metadata" }), "complete")).toBe(false);
  expect(inGroup(row({ id: "a", state: "paused", error: { code: "x.y", message: "no" } }), "error")).toBe(true);
});

test("isFiltered: blanks search for nothing", () => {
  expect(isFiltered({ ...NO_FILTER, search: "  " })).toBe(false);
  expect(isFiltered({ ...NO_FILTER, label: "" })).toBe(true);
});

describe("Counts", () => {
  const arbitrary = fc.record({
    state: fc.constantFrom("paused" as const, "seeding" as const, "failed" as const, "downloading" as const),
    downRate: fc.nat(1),
    label: fc.constantFrom("", "a"),
    trackers: fc.subarray(["x", "y"]),
  });

  test("adding and removing gives the same as counting again", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(arbitrary, arbitrary)), (pairs) => {
        const kept = new Counts();
        const anew = new Counts();
        for (const [before, after] of pairs) {
          const old = row({ id: "a", ...before });
          const next = row({ id: "a", ...after });
          kept.add(old);
          if (countsDiffer(old, next)) {
            kept.remove(old);
            kept.add(next);
          }
          anew.add(next);
        }
        for (const group of GROUPS) expect(kept.groups.get(group)).toBe(anew.groups.get(group));
        expect(kept.labels).toEqual(anew.labels);
        expect(kept.trackers.get("x")).toBe(anew.trackers.get("x"));
      }),
    );
  });
});
