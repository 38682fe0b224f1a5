import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_FOLDERS, MAX_PATH_COMPONENTS } from "../limits.ts";
import { PathTable } from "./paths.ts";

function place(...paths: string[]): string[] {
  const table = new PathTable();
  return paths.map((path) => table.place(path.split("/")).join("/"));
}

describe("PathTable", () => {
  it.each([
    ["equal names", ["a.txt", "a.txt", "a.txt"], ["a.txt", "a.1.txt", "a.2.txt"]],
    ["names that differ in case", ["Read.me", "read.ME"], ["Read.me", "read.1.ME"]],
    ["a file where a folder is needed", ["a", "a/b", "a/c"], ["a", "a.1/b", "a.1/c"]],
    ["a folder where a file is needed", ["a/b", "a"], ["a/b", "a.1"]],
    ["a number that is taken", ["a", "a.1", "a"], ["a", "a.1", "a.2"]],
    ["names that become equal", ["x/../y", "x/_/y", "x/./y"], ["x/_/y", "x/_/y.1", "x/_/y.2"]],
    ["folders that differ in case", ["Dir/x", "dir/y", "dir/X"], ["Dir/x", "dir/y", "dir/X.1"]],
    ["folders that differ in case, deeper", ["A/b/x", "a/B/X", "a/b/z"], ["A/b/x", "a/B/X.1", "a/b/z"]],
    ["the same name in other folders", ["a/x", "b/x", "x"], ["a/x", "b/x", "x"]],
  ])("tells apart %s", (_what, given, expected) => {
    expect(place(...given)).toEqual(expected);
  });

  it("puts a deep path together where something above has another name than in the torrent", () => {
    expect(place("..//b/c/d", "..//b/c/D", "..//b")).toEqual(["_/_/b/c/d", "_/_/b/c/D".replace("D", "D.1"), "_/_/b.1"]);
  });

  it("takes files in many folders, and refuses those that are made of folders", () => {
    const table = new PathTable();
    const deep = (index: number): string[] => [
      `${index}`,
      ...Array.from({ length: MAX_PATH_COMPONENTS - 1 }, () => "a"),
    ];
    const most = Math.floor(MAX_FOLDERS / (MAX_PATH_COMPONENTS - 1));
    for (let index = 0; index < most; index++) table.place(deep(index));
    expect(() => table.place(deep(most))).toThrow(expect.objectContaining({ code: "metainfo.path" }) as Error);
    expect(table.place(deep(0))).toHaveLength(MAX_PATH_COMPONENTS);
  });

  it("gives every file a path of its own without regard to case, and none within another file", () => {
    const component = fc.constantFrom("a", "A", "b", "..", "a.1", "con", "");
    fc.assert(
      fc.property(fc.array(fc.array(component, { minLength: 1, maxLength: 3 }), { maxLength: 20 }), (paths) => {
        const table = new PathTable();
        const placed = paths.map((path) => table.place(path).join("/").toLowerCase());
        expect(new Set(placed).size).toBe(placed.length);
        for (const path of placed) expect(placed.some((other) => other.startsWith(`${path}/`))).toBe(false);
      }),
    );
  });

  it("numbers ten thousand equal names without ten thousand times ten thousand steps", () => {
    const placed = place(...Array.from({ length: 10_000 }, () => "same.txt"));
    expect(placed.at(-1)).toBe("same.9999.txt");
  });
});
