import { describe, expect, it } from "vitest";
import { parentPath } from "./paths.ts";

describe("parentPath", () => {
  it.each([
    ["/a/b/c", "/a/b"],
    ["/a", "/"],
    ["/", "/"],
    ["//a", "/"],
    ["a/b", "a"],
    ["./a", "."],
    ["a", "."],
    [".", "."],
    ["", "."],
  ])("of %j is %j", (path, parent) => {
    expect(parentPath(path)).toBe(parent);
  });
});
