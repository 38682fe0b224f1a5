import { describe, expect, test } from "vitest";
import { buildTree, commonPriority, flatten } from "./tree.ts";

const files = [
  { index: 0, path: "Season 2/b.mkv", size: 10 },
  { index: 1, path: "readme.txt", size: 1 },
  { index: 2, path: "Season 10/a.mkv", size: 20 },
  { index: 3, path: "Season 2/extras/c.mkv", size: 5 },
];

describe("buildTree", () => {
  const tree = buildTree(files);

  test("folders first, numbers by value", () => {
    expect(tree.map((node) => node.name)).toEqual(["Season 2", "Season 10", "readme.txt"]);
  });

  test("a folder has the size and the files of everything below", () => {
    expect(tree[0]).toMatchObject({ size: 15, isFolder: true, level: 1 });
    expect([...(tree[0]?.files ?? [])].toSorted((a, b) => a - b)).toEqual([0, 3]);
  });

  test("a folder and a file may have the same name, and names of object members are only names", () => {
    const odd = buildTree([
      { index: 0, path: "__proto__/constructor", size: 1 },
      { index: 1, path: "constructor", size: 1 },
    ]);
    expect(odd.map((node) => [node.name, node.isFolder])).toEqual([
      ["__proto__", true],
      ["constructor", false],
    ]);
  });
});

test("flatten: closed folders hide what is in them, at every depth", () => {
  const lines = flatten(buildTree(files), new Set(["Season 2"]));
  expect(lines.map((line) => line.node.path)).toEqual(["Season 2", "Season 10", "Season 10/a.mkv", "readme.txt"]);
  expect(lines[0]).toMatchObject({ isOpen: false, position: 1, siblings: 3 });
});

test("commonPriority: mixed when one differs", () => {
  expect(commonPriority([0, 1], (index) => (index === 0 ? "low" : "high"))).toBe("mixed");
  expect(commonPriority([0, 1], () => "skip")).toBe("skip");
});
