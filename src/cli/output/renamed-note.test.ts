import { describe, expect, it } from "vitest";
import { renamedNote } from "./renamed-note.ts";

const renamed = (number: number): { from: string[]; to: string[] }[] =>
  Array.from({ length: number }, (_, at) => ({ from: ["a", `${at}?`], to: ["a", `${at}_`] }));

describe("renamedNote", () => {
  it("returns one line for any number of files", () => {
    expect(renamedNote([])).toBeUndefined();
    expect(renamedNote(renamed(1))).toBe("a/0? is a/0_ in the torrent: its own name is not valid on every system");
    expect(renamedNote(renamed(3))).toBe(
      "3 files have other names in the torrent, because their own are not valid on every system: a/0? is a/0_, a/1? is a/1_, a/2? is a/2_",
    );
    expect(renamedNote(renamed(1_000))).toBe(
      "1,000 files have other names in the torrent, because their own are not valid on every system: a/0? is a/0_, a/1? is a/1_, a/2? is a/2_ and 997 more",
    );
  });

  it("escapes control characters of names", () => {
    expect(renamedNote([{ from: ["a\u001b[2J"], to: ["b"] }])).not.toContain("\u001b");
  });
});
