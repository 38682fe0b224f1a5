import { effect, signal } from "@preact/signals";
import { beforeEach, describe, expect, test } from "vitest";
import { NO_FILTER } from "../lists/filter.ts";
import type { Sort } from "../lists/order.ts";
import { row } from "../lists/row.fixture.ts";
import { applyDelta, applySnapshot, filter, follow, order, rowOf, tallies, total } from "./torrents.ts";

const sort = signal<Sort>({ column: "size", descending: false });
follow(sort);

/** Counts how often a component that reads this is rendered. */
function drawings(read: () => unknown): () => number {
  let count = 0;
  effect(() => {
    read();
    count += 1;
  });
  return () => count - 1;
}

beforeEach(() => {
  sort.value = { column: "size", descending: false };
  filter.value = NO_FILTER;
  applySnapshot(["a", "b", "c"].map((id, at) => row({ id, size: at + 1, label: "x" })));
});

describe("applyDelta", () => {
  test("draws only the row that changed, and not the list when its order stays", () => {
    const [a, b, list, counts] = [
      drawings(() => rowOf("a")),
      drawings(() => rowOf("b")),
      drawings(() => order.value),
      drawings(tallies),
    ];
    applyDelta({ changed: [{ id: "b", done: 7 }], removed: [] });
    expect([a(), b(), list(), counts()]).toEqual([0, 1, 0, 0]);
    expect(rowOf("b")).toMatchObject({ done: 7, size: 2, label: "x" });
  });

  test("moves a row whose place changes, also after unrelated changes", () => {
    applyDelta({ changed: [{ id: "c", done: 1 }], removed: [] });
    applyDelta({ changed: [{ id: "a", size: 9 }], removed: [] });
    expect(order.value).toEqual(["b", "c", "a"]);
  });

  test("adds whole rows, drops removed ones, ignores parts of unknown ones", () => {
    applyDelta({ changed: [row({ id: "d", size: 0, label: "y" }), { id: "e", size: 5 }], removed: ["b", "unknown"] });
    expect(order.value).toEqual(["d", "a", "c"]);
    expect(total.value).toBe(3);
    expect(Object.fromEntries(tallies().labels)).toEqual({ x: 2, y: 1 });
  });

  test("a row enters and leaves a filtered list as it begins and ceases to match", () => {
    filter.value = { ...NO_FILTER, group: "seeding" };
    expect(order.value).toEqual([]);
    applyDelta({ changed: [{ id: "b", state: "seeding" }], removed: [] });
    expect(order.value).toEqual(["b"]);
    applyDelta({ changed: [{ id: "b", state: "paused" }], removed: [] });
    expect(order.value).toEqual([]);
  });
});

test("applySnapshot: a second snapshot replaces all rows", () => {
  applySnapshot([row({ id: "z", label: "new" })]);
  expect(order.value).toEqual(["z"]);
  expect(Object.fromEntries(tallies().labels)).toEqual({ new: 1 });
  expect(rowOf("a")).toBeUndefined();
});
