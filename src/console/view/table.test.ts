import fc from "fast-check";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { asciiStyle, plainStyle } from "../../../test/support/sample-conversation.ts";
import { styleFor, textWidth } from "../../terminal/index.ts";
import { Table, tableOf } from "./table.ts";
import { wrapText } from "./wrap.ts";

const columns = [
  { title: "name", flexible: "cut" },
  { title: "size", align: "right" },
  { title: "what", flexible: "wrap" },
] as const;
const rows = [
  ["a rather long name", "7", "one two three four five six seven"],
  ["b", "1,024", ""],
];

describe("Table", () => {
  it("is as wide as its content where the screen is wide enough", () => {
    expect(new Table(columns, rows).draw({ width: 80, style: plainStyle }).split("\n")).toEqual([
      "name                 size  what",
      "a rather long name      7  one two three four five six seven",
      "b                   1,024",
    ]);
  });

  it("cuts and wraps flexible columns on a narrower screen, the widest first", () => {
    expect(new Table(columns, rows).draw({ width: 46, style: plainStyle }).split("\n")).toEqual([
      "name                 size  what",
      "a rather long name      7  one two three four",
      "                           five six seven",
      "b                   1,024",
    ]);
    expect(new Table(columns, rows).draw({ width: 35, style: asciiStyle }).split("\n")).toEqual([
      "name            size  what",
      "a rather l...      7  one two three",
      "                      four five six",
      "                      seven",
      "b              1,024",
    ]);
  });

  it("measures coloured cells without their colours", () => {
    const style = { ...plainStyle, bad: (text: string) => `<red>${text}</red>` };
    const drawn = new Table(
      [{ title: "a" }, { title: "b" }],
      [
        [{ text: "x", look: "bad" }, "1"],
        ["longer", "2"],
      ],
    ).draw({ width: 80, style });
    expect(drawn.split("\n")).toEqual(["a       b", "<red>x</red>       1", "longer  2"]);
  });

  it("prints one line when it is empty", () => {
    expect(new Table(columns, [], { empty: "no peers yet" }).draw({ width: 80, style: plainStyle })).toBe(
      "no peers yet",
    );
  });

  it("leaves out empty columns, and moves text below that does not fit beside", () => {
    const fields = [{ title: "a" }, { title: "odd", omitEmpty: true, belowUnder: 60 }];
    expect(new Table(fields, [["1", ""]]).draw({ width: 80, style: plainStyle })).toBe("a\n1");
    expect(
      new Table(fields, [
        ["1", "!"],
        ["2", ""],
      ]).draw({ width: 80, style: plainStyle }),
    ).toBe("a  odd\n1  !\n2");
    expect(
      new Table(fields, [
        ["1", "!"],
        ["2", ""],
      ]).draw({ width: 59, style: plainStyle }),
    ).toBe("a\n1\n         !\n2");
  });

  it("escapes control characters of cells, captions, legends and empty texts", () => {
    const evil = "\u001b[2Jx\n\u202e";
    for (const table of [
      new Table([{ title: "a" }], [[evil]], { caption: evil, legend: evil }),
      new Table([{ title: "a" }], [], { empty: evil }),
    ]) {
      expect(table.draw({ width: 80, style: plainStyle })).toContain("\\x1b[2Jx\\n\\u202e");
      expect(table.draw({ width: 80, style: plainStyle })).not.toContain("\u001b");
    }
  });

  it("is printed by console.log and String", () => {
    const table = tableOf([{ title: "double", of: (row: number) => String(row * 2) }], [1, 2]);
    expect(String(table)).toBe("double\n2\n4");
    expect(inspect(table)).toBe(String(table));
  });

  it("has no colours where the output is no terminal", () => {
    expect(
      new Table([{ title: "a" }], [[{ text: "x", look: "bad" }]]).draw({
        width: 80,
        style: styleFor({ isTTY: false }),
      }),
    ).toBe("a\nx");
  });

  it("never is wider than the screen while a flexible column can shrink", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ unit: "grapheme", maxLength: 60 }), fc.string({ maxLength: 60 })), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.integer({ min: 40, max: 120 }),
        (pairs, width) => {
          const drawn = new Table(
            [
              { title: "a", flexible: "cut" },
              { title: "b", flexible: "wrap" },
            ],
            pairs,
          ).draw({ width, style: plainStyle });
          for (const line of drawn.split("\n")) expect(textWidth(line)).toBeLessThanOrEqual(width);
        },
      ),
    );
  });
});

describe("wrapText", () => {
  it("keeps every character except the spaces at the breaks, and the width", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", "b", " ", "漢"), maxLength: 80 }),
        fc.integer({ min: 2, max: 30 }),
        (text, width) => {
          const lines = wrapText(text, width);
          expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
          for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(width);
        },
      ),
    );
  });
});

describe("Table of very many rows", () => {
  it("is printed completely", () => {
    const rows = Array.from({ length: 130_000 }, (_, row) => [String(row)]);
    expect(new Table([{ title: "n" }], rows).draw({ width: 80 }).split("\n").length).toBe(130_001);
  });
});
