import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ipFromBytes, utf8 } from "../base/index.ts";
import { IpFilterParser, type IpFilter } from "./ip-filter.ts";
import { MAX_LINE_LENGTH } from "./limits.ts";

function filterOf(...lines: string[]): IpFilter {
  const parser = new IpFilterParser();
  parser.push(utf8(lines.join("\n")));
  return parser.end();
}

describe("IpFilterParser", () => {
  it.each([
    ["PeerGuardian", "Some name:1.2.3.0-1.2.3.255"],
    ["PeerGuardian with colons and addresses in the name", "10.0.0.1: http://x:1.2.3.0-1.2.3.255"],
    ["PeerGuardian without a name", ":1.2.3.0-1.2.3.255"],
    ["DAT", "001.002.003.000 - 001.002.003.255 , 000 , Some name: with a colon"],
    ["DAT with the highest blocked level", "1.2.3.0 - 1.2.3.255 , 127 , name"],
    ["DAT without a level", "1.2.3.0 - 1.2.3.255 , name"],
    ["CIDR", "1.2.3.0/24"],
    ["CIDR with bits after the prefix, and a comment", "1.2.3.77/24 # name"],
    ["a range", "\t1.2.3.0-1.2.3.255 \r"],
    ["IPv4-mapped CIDR", "::ffff:1.2.3.0/120"],
  ])("reads a line of %s", (_, line) => {
    const filter = filterOf(line);
    expect([filter.size, filter.ignoredLines]).toEqual([1, 0]);
    expect(["1.2.2.255", "1.2.3.0", "1.2.3.255", "1.2.4.0", "::1"].map((ip) => filter.blocks(ip))).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]);
  });

  it.each([
    ["CIDR", "2001:db8::/32"],
    ["a range", "2001:db8:: - 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"],
    ["DAT", "2001:DB8:: - 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff , 000 , name"],
    ["CIDR with a comment", "2001:db8::1/32 # name"],
  ])("reads a line of %s with IPv6", (_, line) => {
    const filter = filterOf(line);
    expect([filter.size, filter.ignoredLines]).toEqual([1, 0]);
    expect(
      ["2001:db7:ffff::", "2001:db8::", "2001:db8:9::1", "2001:db9::", "1.2.3.4"].map((ip) => filter.blocks(ip)),
    ).toEqual([false, true, true, false, false]);
  });

  it("reads single addresses, and all addresses", () => {
    const filter = filterOf("1.2.3.4", "2001:db8::7");
    expect(["1.2.3.4", "1.2.3.5", "2001:db8::7", "2001:db8::8"].map((ip) => filter.blocks(ip))).toEqual([
      true,
      false,
      true,
      false,
    ]);
    const all = filterOf("0.0.0.0/0", "::/0");
    expect(["0.0.0.0", "255.255.255.255", "::", "ffff::"].map((ip) => all.blocks(ip))).toEqual([
      true,
      true,
      true,
      true,
    ]);
  });

  it("allows the ranges of DAT lines with a level above 127, and skips comments and empty lines", () => {
    const filter = filterOf(
      "1.2.3.0 - 1.2.3.9 , 128 , name",
      "# 1.2.3.4",
      "; 1.2.3.4",
      "// 1.2.3.4",
      "",
      " \r",
      "::1 - ::2 , 200 , x",
    );
    expect([filter.size, filter.ignoredLines, filter.blocks("1.2.3.4")]).toEqual([0, 0, false]);
  });

  it.each([
    "name",
    "name:1.2.3.4",
    "1.2.3",
    "1.2.3.256",
    "1.2.3.4/33",
    "1.2.3.4-1.2.3.3",
    "1.2.3.4-",
    "1.2.3.4 - 1.2.3.9 x",
    "name:1.2.3.4-1.2.3.9 x",
    "2001:db8::/129",
    "2001:db8::2-2001:db8::1",
    "2001:zz::/32",
    "\0\u00ff",
  ])("ignores and counts %j", (line) => {
    const filter = filterOf(line, "9.9.9.9");
    expect([filter.size, filter.ignoredLines]).toEqual([1, 1]);
  });

  it("merges ranges that overlap or adjoin, in any order", () => {
    const filter = filterOf(
      "1.2.3.8-1.2.3.20",
      "1.2.3.0-1.2.3.5",
      "1.2.3.6-1.2.3.7",
      "1.2.3.9",
      "::5",
      "::1-::9",
      "::7-::b",
    );
    expect(filter.size).toBe(2);
    expect(["1.2.3.0", "1.2.3.20", "1.2.3.21", "::1", "::b", "::c"].map((ip) => filter.blocks(ip))).toEqual([
      true,
      true,
      false,
      true,
      true,
      false,
    ]);
  });

  it("ignores a line that is too long, whether it arrives at once or in parts", () => {
    const long = `${"x".repeat(MAX_LINE_LENGTH)}:1.2.3.4-1.2.3.4\n`;
    for (const size of [100_000, 1_000]) {
      const parser = new IpFilterParser();
      const bytes = utf8(`${long}1.1.1.1\n`);
      for (let at = 0; at < bytes.length; at += size) parser.push(bytes.subarray(at, at + size));
      const filter = parser.end();
      expect([filter.size, filter.ignoredLines, filter.blocks("1.1.1.1")]).toEqual([1, 1, true]);
    }
  });

  it("blocks what a list of all ranges blocks, however the bytes are split", () => {
    const range = fc.tuple(fc.boolean(), fc.nat(300), fc.nat(40));
    const address = (is4: boolean, value: number): string => {
      const bytes = new Uint8Array(is4 ? 4 : 16);
      bytes[bytes.length - 1] = value & 255;
      bytes[bytes.length - 2] = value >> 8;
      bytes[0] = 9;
      return ipFromBytes(bytes);
    };
    fc.assert(
      fc.property(fc.array(range, { maxLength: 40 }), fc.integer({ min: 1, max: 50 }), (ranges, step) => {
        const parser = new IpFilterParser();
        const bytes = utf8(
          ranges.map(([is4, from, more]) => `${address(is4, from)}-${address(is4, from + more)}\n`).join(""),
        );
        for (let at = 0; at < bytes.length; at += step) parser.push(bytes.subarray(at, at + step));
        const filter = parser.end();
        for (const is4 of [true, false])
          for (let value = 0; value < 350; value++) {
            const expected = ranges.some(
              ([other, from, more]) => other === is4 && from <= value && value <= from + more,
            );
            expect(filter.blocks(address(is4, value))).toBe(expected);
          }
      }),
      { numRuns: 40 },
    );
  });
});
