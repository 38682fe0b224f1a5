import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { textWidth } from "../../terminal/index.ts";
import type { Style } from "../../terminal/index.ts";
import { bar } from "./bar.ts";
import { rowLine } from "./row.ts";

const same = (text: string): string => text;
const plain = (unicode: boolean): Style => ({
  unicode,
  good: same,
  bad: same,
  warn: same,
  dim: same,
  strong: same,
  accent: same,
});
const VIEW = {
  name: "debian-12.7.0-amd64-netinst.iso",
  share: 0.5129,
  down: 13_002_342,
  up: 1_048_576,
  etaSeconds: 3599,
  peers: 8,
};

describe("bar", () => {
  it("is filled to its share and has the given width", () => {
    expect(bar(0, 4, plain(true))).toBe("░░░░");
    expect(bar(0.5, 4, plain(true))).toBe("██░░");
    expect(bar(0.6, 4, plain(true))).toBe("██▍░");
    expect(bar(1, 4, plain(true))).toBe("████");
    expect(bar(0.5, 6, plain(false))).toBe("[##..]");
  });

  it("has its width for any share", () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true }),
        fc.integer({ min: 3, max: 40 }),
        fc.boolean(),
        (share, columns, unicode) => {
          expect(textWidth(bar(share, columns, plain(unicode)))).toBe(columns);
        },
      ),
    );
  });
});

describe("rowLine", () => {
  it("shows everything at 120 columns", () => {
    const line = rowLine(VIEW, 119, plain(true));
    for (const part of [VIEW.name, "51.2%", "↓12.4 MiB/s", "↑1 MiB/s", "59m 59s", "8 peers"])
      expect(line).toContain(part);
  });

  it("drops the least important parts first", () => {
    const narrow = rowLine(VIEW, 45, plain(true));
    expect(narrow).toContain("↓12.4 MiB/s");
    expect(narrow).not.toContain("↑");
  });

  it("never is wider than the terminal, for any name and numbers", () => {
    const numbers = fc.option(fc.double({ min: 0, max: 1e15, noNaN: true }), { nil: undefined });
    const view = fc.record({
      name: fc.string({ unit: "binary", maxLength: 60 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      down: numbers,
      up: numbers,
      etaSeconds: numbers,
      peers: fc.option(fc.nat(9999), { nil: undefined }),
      text: fc.option(
        fc.record({
          look: fc.constantFrom("plain" as const, "bad" as const),
          value: fc.string({ unit: "binary", maxLength: 200 }),
        }),
        { nil: undefined },
      ),
    });
    fc.assert(
      fc.property(view, fc.integer({ min: 20, max: 200 }), fc.boolean(), (view, columns, unicode) => {
        expect(textWidth(rowLine(view, columns, plain(unicode)))).toBeLessThanOrEqual(columns);
      }),
    );
  });
});
