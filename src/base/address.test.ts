import ipaddr from "ipaddr.js";
import { describe, expect, it } from "vitest";
import { ipScope, isSameNetwork } from "./address.ts";

/** What the library says of an IPv4 address. */
function rangeOf(ip: string): string {
  return ipaddr.IPv4.isValidFourPartDecimal(ip) ? ipaddr.IPv4.parse(ip).range() : "none";
}

describe("ipScope", () => {
  it("returns public for exactly the IPv4 addresses that are plain unicast ones", () => {
    const edges = [0, 1, 9, 10, 11, 16, 18, 31, 52, 63, 64, 88, 99, 100, 113, 127, 128, 168, 169, 175, 191, 254, 255];
    for (let first = 0; first < 256; first++)
      for (const second of edges)
        for (const third of edges) {
          const ip = `${first}.${second}.${third}.7`;
          expect([ip, ipScope(ip) === "public"]).toEqual([ip, rangeOf(ip) === "unicast"]);
        }
  });

  it.each([
    "1.2.3.4.5",
    "1.2.3.",
    ".1.2.3",
    "1..2.3",
    "256.1.1.1",
    "1.2.3.256",

    "1.2.3.x",
    "",
  ])("returns reserved for %j, which is no address", (text) => expect(ipScope(text)).toBe("reserved"));
});

describe("isSameNetwork", () => {
  it.each([
    ["10.0.0.1", "10.0.0.254", 24, true],
    ["10.0.0.1", "10.0.1.1", 24, false],
    ["10.0.0.1", "10.0.0.126", 25, true],
    ["10.0.0.1", "10.0.0.129", 25, false],
    ["10.0.0.1", "10.0.0.1", 32, true],
    ["10.0.0.1", "99.0.0.1", 0, true],
    ["2001:db8::1", "2001:db8::ffff:1", 64, true],
    ["2001:db8::1", "2001:db8:0:1::1", 64, false],
    ["2001:db8::1", "2001:db8::1", 128, true],
    ["10.0.0.1", "::1", 0, false],
  ])("%s and %s have %i bits in common: %s", (ip, other, bits, isSame) => {
    expect(isSameNetwork(ip, other, bits)).toBe(isSame);
  });
});
