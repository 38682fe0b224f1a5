import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TorrentRow } from "../../../src/api/index.ts";
import { COLUMN_IDS, columnOf, nameKey } from "./columns.ts";
import { affectsOrder, compareBy, merge, sortRows } from "./order.ts";
import { row } from "./row.fixture.ts";

const rows = fc
  .uniqueArray(fc.record({ id: fc.stringMatching(/^[0-9a-f]{1,6}$/), name: fc.string(), size: fc.nat(5) }), {
    selector: (entry) => entry.id,
  })
  .map((entries) => entries.map((entry) => row(entry)));

test("nameKey: no case, numbers by value", () => {
  const names = ["Show 10", "show 9", "Show 1"];
  expect(names.toSorted((a, b) => (nameKey(a) < nameKey(b) ? -1 : 1))).toEqual(["Show 1", "show 9", "Show 10"]);
});

describe("merge", () => {
  test("is what a sort of everything would give", () => {
    fc.assert(
      fc.property(
        rows,
        fc.constantFrom("name" as const, "size" as const),
        fc.boolean(),
        fc.nat(10),
        (all, column, descending, split) => {
          const compare = compareBy({ column, descending });
          const old = all.slice(split).toSorted(compare);
          const moved: TorrentRow[] = old
            .slice(0, 2)
            .map((entry) => ({ ...entry, size: entry.size + 3, name: `${entry.name}z` }));
          const gone = new Set(old.slice(0, 3).map((entry) => entry.id));
          const merged = merge(old, gone, [...all.slice(0, split), ...moved], compare);
          expect(merged).toEqual([...old.slice(3), ...all.slice(0, split), ...moved].toSorted(compare));
        },
      ),
    );
  });
});

test("sortRows: as the comparison has it", () => {
  fc.assert(
    fc.property(rows, fc.constantFrom("name" as const, "size" as const), fc.boolean(), (all, column, descending) => {
      expect(sortRows(all, { column, descending })).toEqual(all.toSorted(compareBy({ column, descending })));
    }),
  );
});

test("compareBy: equal rows keep one order in both directions", () => {
  const [a, b] = [row({ id: "a" }), row({ id: "b" })];
  expect(compareBy({ column: "size", descending: false })(a, b)).toBe(-1);
  expect(compareBy({ column: "size", descending: true })(a, b)).toBe(-1);
});

test("affectsOrder: only the column's own field", () => {
  const before = row({ id: "a" });
  expect(affectsOrder({ column: "down", descending: true }, before, { ...before, downRate: 1 })).toBe(true);
  expect(affectsOrder({ column: "name", descending: true }, before, { ...before, downRate: 1 })).toBe(false);
});

test("columnOf: every column has a key for the emptiest row", () => {
  for (const id of COLUMN_IDS) expect(columnOf(id).key(row({ id: "a" }))).toBeDefined();
});
