import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toJsonLine } from "./output.ts";
import { parseArgument, toProblem } from "./problem.ts";
import { InputError, MillraceError } from "../../base/index.ts";
import { styleFor } from "../../terminal/index.ts";

describe("toJsonLine", () => {
  it("returns one line without control characters, and the same value", () => {
    const value = { name: "a\u009b31m\u202e\u2028\n\u007f" };
    expect(toJsonLine(value)).toMatch(/^[\x20-\x7e]+$/);
    expect(JSON.parse(toJsonLine(value))).toEqual(value);
  });

  it("keeps every text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(JSON.parse(toJsonLine([text]))).toEqual([text]);
      }),
    );
  });
});

describe("toProblem", () => {
  it("keeps our codes and those of the system, and makes the message one clean line", () => {
    expect(toProblem(new MillraceError("a.b", "one\ntwo"))).toEqual({ code: "a.b", message: "one\\ntwo" });
    expect(toProblem(Object.assign(new Error("full"), { code: "ENOSPC" }))).toEqual({
      code: "ENOSPC",
      message: "full",
    });
    expect(toProblem("thrown text")).toEqual({ code: "internal", message: "thrown text" });
    expect(toProblem(new Error(""))).toEqual({ code: "internal", message: "internal" });
  });
});

describe("parseArgument", () => {
  it("turns bad input into a usage error, and no other error", () => {
    const bad = (error: Error) => () => {
      throw error;
    };
    expect(() => parseArgument("--x", bad(new InputError("i", "no")))).toThrow(
      expect.objectContaining({ code: "cli.usage", message: "--x: no" }),
    );
    expect(() => parseArgument("--x", bad(new TypeError("bug")))).toThrow(TypeError);
  });
});

describe("styleFor", () => {
  const terminal = { isTTY: true, hasColors: () => true } as unknown as NodeJS.WriteStream;

  it("colours on a terminal, not with NO_COLOR, and not in a pipe", () => {
    expect(styleFor(terminal, {}).bad("x")).toBe("\u001b[31mx\u001b[39m");
    expect(styleFor(terminal, { NO_COLOR: "1" }).bad("x")).toBe("x");
    expect(styleFor({ ...terminal, isTTY: false }, {}).bad("x")).toBe("x");
  });
});
