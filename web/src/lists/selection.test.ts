import { describe, expect, test } from "vitest";
import { all, extend, none, NOTHING, only, retain, target, toggle } from "./selection.ts";

const order = ["a", "b", "c", "d", "e"];
const picked = (selection: { readonly ids: ReadonlySet<string> }): string => [...selection.ids].join("");

describe("extend", () => {
  test("takes the range from the anchor, in both directions", () => {
    expect(picked(extend(only("b"), order, "d"))).toBe("bcd");
    expect(picked(extend(only("d"), order, "b"))).toBe("bcd");
  });

  test("a second range starts at the same anchor", () => {
    const first = extend(only("c"), order, "e");
    expect(picked(extend(first, order, "a"))).toBe("abc");
  });

  test("an anchor that is filtered away is no anchor", () => {
    expect(picked(extend(only("x"), order, "c"))).toBe("c");
  });

  test("with ctrl it adds", () => {
    const selection = toggle(only("a"), "d");
    expect(picked(extend(selection, order, "e", true))).toBe("ade");
  });
});

test("toggle: takes out what was in", () => {
  expect(picked(toggle(toggle(NOTHING, "a"), "a"))).toBe("");
});

test("target: stays within the list, begins at its ends", () => {
  expect(target(NOTHING, order, "down", 3)).toBe("a");
  expect(target(NOTHING, order, "up", 3)).toBe("e");
  expect(target(only("b"), order, "pageDown", 10)).toBe("e");
  expect(target(only("b"), order, "pageUp", 10)).toBe("a");
  expect(target(only("b"), [], "down", 10)).toBeNull();
});

test("all and none keep the focus", () => {
  expect(all(only("b"), order).focus).toBe("b");
  expect(none(only("b"))).toEqual({ ids: new Set(), anchor: "b", focus: "b" });
});

test("retain: the same object when everything is there", () => {
  const selection = extend(only("a"), order, "c");
  expect(retain(selection, () => true)).toBe(selection);
  expect(retain(selection, (id) => id === "b")).toEqual({ ids: new Set(["b"]), anchor: null, focus: null });
});
