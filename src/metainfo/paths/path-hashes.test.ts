import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { utf8 } from "../../base/index.ts";
import { PathHashes } from "./path-hashes.ts";

function add(hashes: PathHashes, path: string): boolean {
  const components = path.split("/");
  hashes.begin();
  return components.every((component, index) => {
    const bytes = utf8(component);
    return (
      hashes.push(bytes, 0, bytes.length) && (index === components.length - 1 ? hashes.addFile() : hashes.addFolder())
    );
  });
}

function all(...paths: string[]): boolean {
  const hashes = new PathHashes();
  return paths.every((path) => add(hashes, path));
}

describe("PathHashes", () => {
  it.each([
    ["equal files", ["a", "b", "a"]],
    ["files that differ in case", ["dir/Read.me", "dir/read.ME"]],
    ["files in folders that differ in case", ["Dir/x", "dir/X"]],
    ["a file where a folder is", ["a/b", "A"]],
    ["a folder where a file is", ["a", "A/b"]],
    ["what is not plain", ["a", "b\u00e9"]],
  ])("refuses %s", (_what, paths) => {
    expect(all(...paths)).toBe(false);
  });

  it("takes files of many folders, and folders that differ in case", () => {
    expect(all("x", "a/x", "b/x", "B/y", "a/b/c", "a/b/d", "ab/c")).toBe(true);
    expect(all(...Array.from({ length: 20_000 }, (_, i) => `folder ${i % 200}/file ${i}.jpg`))).toBe(true);
  });

  it("finds every clash, however many paths there are", () => {
    const component = fc.constantFrom("a", "A", "b", "ab", "c");
    const path = fc.array(component, { minLength: 1, maxLength: 3 }).map((components) => components.join("/"));
    fc.assert(
      fc.property(fc.array(path, { maxLength: 8 }), fc.nat({ max: 1_000 }), (paths, others) => {
        const folded = paths.map((text) => text.toLowerCase());
        const differ =
          new Set(folded).size === folded.length &&
          !folded.some((one) => folded.some((other) => other.startsWith(`${one}/`)));
        expect(all(...Array.from({ length: others }, (_, i) => `z/${i}`), ...paths)).toBe(differ);
      }),
    );
  });
});
