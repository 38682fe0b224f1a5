import { describe, expect, it } from "vitest";
import { treeLines } from "./file-tree.ts";

const FILES = [
  { path: ["a", "one.txt"], note: "1 B" },
  { path: ["a", "b", "two.txt"], note: "20 KiB" },
  { path: ["three.txt"], note: "3 B" },
];

describe("treeLines", () => {
  it("prints folders as a tree and sizes in a column", () => {
    expect(treeLines(FILES, true)).toEqual([
      "├─ a/",
      "│  ├─ one.txt        1 B",
      "│  └─ b/",
      "│     └─ two.txt  20 KiB",
      "└─ three.txt         3 B",
    ]);
  });

  it("uses ASCII where the terminal has no line drawing", () => {
    expect(treeLines(FILES, false).join("\n")).toMatch(/^[\x20-\x7e\n]+$/);
  });

  it("escapes control characters of names", () => {
    expect(treeLines([{ path: ["x\n└─ y", "\u001b[1A"], note: "" }], true)[0]).toBe("└─ x\\n└─ y/");
    expect(treeLines([{ path: ["\u001b[1A"], note: "1 B" }], true)[0]).toBe("└─ \\x1b[1A  1 B");
  });
});
