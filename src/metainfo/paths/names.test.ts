import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { utf8 } from "../../base/index.ts";
import { MAX_NAME_BYTES } from "../limits.ts";
import { foldName, numberedName, safeName } from "./names.ts";

describe("safeName", () => {
  it.each([
    "a",
    "file.txt",
    "Con Air.mkv",
    "Console",
    "nulls",
    ".hidden",
    'Title: what? <x> "y" *|',
    "日本語.txt",
    "👩‍👩‍👧.png",
    "a  b",
    "-rf",
    "100%",
  ])("keeps %j", (name) => {
    expect(safeName(name)).toBe(name);
  });

  it.each([
    ["", "_"],
    [".", "_"],
    ["..", "_"],
    ["...", "_"],
    [" ", "_"],
    ["../../etc/passwd", ".._.._etc_passwd"],
    ["/etc/passwd", "_etc_passwd"],
    ["C:\\Windows", "C:_Windows"],
    ["a\0b", "a_b"],
    ["a\nb\u001b[2J\u009f", "a_b_[2J_"],
    ["ends with dot.", "ends with dot"],
    ["ends with space ", "ends with space"],
    ["both . . ", "both"],
    ["CON", "_CON"],
    ["con.txt", "_con.txt"],
    ["nul .tar.gz", "_nul .tar.gz"],
    ["LPT9", "_LPT9"],
    ["COM¹.log", "_COM¹.log"],
    ["CONIN$", "_CONIN$"],
    ["aux.", "_aux"],
    ["abc\u202egpj.exe", "abcgpj.exe"],
    ["\u2066\u2069", "_"],
    [".\u200e.", "_"],
    ["\ud800x", "_x"],
  ])("makes %j into %j", (name, expected) => {
    expect(safeName(name)).toBe(expected);
  });

  it.each([
    ".millrace",
    ".Millrace",
    ".MILLRACE",
    ".millrace-0123.moved",
    ".millrace.",
    ".millrace ",
    ".millrace::$INDEX_ALLOCATION",
    "millra~1",
    "MILLRA~2",
    "MILLRA~1.parts",
  ])("gives no file our own name %j", (name) => {
    expect(safeName(name)).toMatch(/^_[.mM]/);
  });

  it.each([
    ["zero-width characters", ".mill\u200brace"],
    ["a joiner in front", "\u200d.millrace"],
    ["a byte order mark", ".millrace\ufeff"],
    ["a soft hyphen", ".mill\u00adrace"],
    ["a variation selector", ".millrace\ufe0f"],
    ["full-width letters", "\uff0e\uff4d\uff49\uff4c\uff4c\uff52\uff41\uff43\uff45"],
    ["one full-width letter", ".millrac\uff25"],
    ["a full-width short name", "MILLRA\uff5e1"],
    ["the dotless i", ".m\u0131llrace"],
    ["mathematical letters", ".\u{1d426}\u{1d422}llrace"],
    ["a direction mark", ".millrace\u200e"],
    ["a tag character", ".millrace\u{e0061}"],
  ])("gives no file our own name, written with %s", (_what, name) => {
    expect(safeName(name).startsWith("_")).toBe(true);
  });

  it.each([".milla", "millrace", "Millrace.iso", "x.millrace", ".mil", "millra", "mi", "\u00e9.millrace", ".git"])(
    "keeps %j, which is not ours",
    (name) => {
      expect(safeName(name)).toBe(name);
    },
  );

  it("gives no file our own name, however it is written", () => {
    const letter = fc.constantFrom(
      ...Array.from(".milraceMILRACE~1 \u200b\u200d\ufe0f\uff0e\uff4d\uff29\u0131\u00ad\ufeff\u202e"),
    );
    const spelling = fc.array(letter, { maxLength: 3 });
    const name = fc
      .tuple(
        spelling,
        fc.constantFrom(".millrace", ".MillRace", "millra~1", "\uff0emillrace", ".mill", "race"),
        spelling,
      )
      .map(([a, b, c]) => [...a, b, ...c].join(""));
    fc.assert(
      fc.property(name, (text) => {
        const seen = safeName(text)
          .normalize("NFKC")
          .replaceAll(/[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu, "")
          .toUpperCase()
          .toLowerCase();
        expect(seen.startsWith(".millrace") || seen.startsWith("millra~")).toBe(false);
      }),
      { numRuns: 5_000 },
    );
  });

  it("cuts at 255 bytes, keeps the extension and whole characters", () => {
    const cut = safeName(`${"é".repeat(200)}.torrent`);
    expect(utf8(cut).length).toBeLessThanOrEqual(MAX_NAME_BYTES);
    expect(utf8(cut).length).toBeGreaterThan(MAX_NAME_BYTES - 2);
    expect(cut).toMatch(/^é+\.torrent$/);
    expect(safeName(`a.${"x".repeat(400)}`)).toBe(`a.${"x".repeat(253)}`);
    expect(safeName("x".repeat(256))).toHaveLength(255);
    expect(safeName("x".repeat(255))).toHaveLength(255);
  });

  it("is safe for any text, and changes nothing the second time", () => {
    const units = fc.string({ unit: "binary", maxLength: 300 });
    const hostile = fc.array(
      fc.constantFrom(".", " ", "/", "\\", "\0", "con", "CON", "nul.", "é", "😀", "\ud83d", "\u202e", "x".repeat(120)),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          units,
          hostile.map((parts) => parts.join("")),
        ),
        (text) => {
          const name = safeName(text);
          expect(name).not.toBe("");
          // oxlint-disable-next-line no-control-regex
          expect(name).not.toMatch(/[/\\\u0000-\u001f\u007f]|^\.{1,2}$|[. ]$/);
          expect(utf8(name).length).toBeLessThanOrEqual(MAX_NAME_BYTES);
          expect(safeName(name)).toBe(name);
        },
      ),
    );
  });

  it("takes a megabyte of dots in no time", () => {
    expect(safeName(`${". ".repeat(500_000)}x`)).toHaveLength(255);
  });
});

describe("numberedName", () => {
  it("numbers before the extension and stays within the limit", () => {
    expect(numberedName("a.txt", 2)).toBe("a.2.txt");
    expect(numberedName("README", 1)).toBe("README.1");
    expect(numberedName(".profile", 1)).toBe(".profile.1");
    expect(utf8(numberedName(`${"é".repeat(125)}.txt`, 1234)).length).toBeLessThanOrEqual(MAX_NAME_BYTES);
  });
});

describe("foldName", () => {
  it("is equal for names that some disk takes for one", () => {
    expect(foldName("README.TXT")).toBe(foldName("readme.txt"));
    expect(foldName("É")).toBe(foldName("e\u0301"));
    expect(foldName("straße")).toBe(foldName("STRASSE"));
    expect(foldName("a")).not.toBe(foldName("b"));
  });
});
