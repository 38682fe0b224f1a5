import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clean, cutText, fitText, table, textWidth } from "./text.ts";

describe("clean", () => {
  it("escapes characters that a terminal would obey or hide", () => {
    expect(clean("a\u001b[2Jb")).toBe("a\\x1b[2Jb");
    expect(clean("line\r\nline\t")).toBe("line\\r\\nline\\t");
    expect(clean("\u009b31m")).toBe("\\x9b31m");
    expect(clean("photo\u202egpj.exe")).toBe("photo\\u202egpj.exe");
    expect(clean("a\u200bb\u{e0041}")).toBe("a\\u200bb\\u{e0041}");
    expect(clean("\ud800x")).toBe("\\ud800x");
  });

  it("keeps names in all languages", () => {
    for (const name of ["Ubuntu 24.04 (64-bit).iso", "Ünïcödé – naïve.txt", "日本語のファイル.mkv", "🎬 film.mkv"])
      expect(clean(name)).toBe(name);
  });

  it("returns text in which nothing is left to escape, for any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const cleaned = clean(text);
        expect(clean(cleaned)).toBe(cleaned);
        // oxlint-disable-next-line no-control-regex
        expect(cleaned).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
      }),
    );
  });
});

describe("textWidth", () => {
  it("counts columns, not characters", () => {
    expect(textWidth("abc")).toBe(3);
    expect(textWidth("日本")).toBe(4);
    expect(textWidth("e\u0301")).toBe(1);
    expect(textWidth("🎬")).toBe(2);
    expect(textWidth("█░…")).toBe(3);
  });
});

describe("cutText", () => {
  it("keeps text that fits, and marks a cut", () => {
    expect(cutText("abcdef", 6)).toBe("abcdef");
    expect(cutText("abcdef", 5)).toBe("abcd…");
    expect(cutText("日本語", 5)).toBe("日本…");
    expect(cutText("日本語", 4)).toBe("日…");
    expect(cutText("abc", 0)).toBe("");
  });
});

describe("fitText", () => {
  it("returns exactly the given columns, for any text", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }),
        fc.integer({ min: 1, max: 60 }),
        fc.constantFrom("left" as const, "right" as const),
        (text, columns, align) => {
          expect(textWidth(fitText(clean(text), columns, align))).toBe(columns);
        },
      ),
    );
  });
});

describe("table", () => {
  it("aligns columns by width and leaves no spaces at the end", () => {
    const lines = table(
      [{ title: "name" }, { title: "size", align: "right" }, { title: "note" }],
      [
        ["日本", "1", ""],
        ["abcdef", "1000", "x"],
      ],
    );
    expect(lines).toEqual(["name    size  note", "日本       1", "abcdef  1000  x"]);
  });
});
