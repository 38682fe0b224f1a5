import { describe, expect, it } from "vitest";
import { treeLines } from "./file-tree.ts";

const FILES = [
  { path: ["a", "one.txt"], note: "1 B" },
  { path: ["a", "b", "two.txt"], note: "20 KiB" },
  { path: ["three.txt"], note: "3 B" },
];

describe("treeLines", () => {
  it("draws folders and puts sizes in a column", () => {
    expect(treeLines(FILES, true)).toEqual([
      "├─ a/",
      "│  ├─ one.txt        1 B",
      "│  └─ b/",
      "│     └─ two.txt  20 KiB",
      "└─ three.txt         3 B",
    ]);
  });

  it("does without line drawing where the terminal knows none", () => {
    expect(treeLines(FILES, false).join("\n")).toMatch(/^[\x20-\x7e\n]+$/);
  });

  it("lets no name draw or move the cursor", () => {
    expect(treeLines([{ path: ["x\n└─ y", "\u001b[1A"], note: "" }], true)[0]).toBe("└─ x\\n└─ y/");
    expect(treeLines([{ path: ["\u001b[1A"], note: "1 B" }], true)[0]).toBe("└─ \\x1b[1A  1 B");
  });
});
