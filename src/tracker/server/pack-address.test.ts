import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalIp, packEndpoint } from "../../base/index.ts";
import { AddressPacker } from "./pack-address.ts";

describe("AddressPacker", () => {
  it("packs every address as packEndpoint does", () => {
    const packer = new AddressPacker();
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.nat(65_535), (ip, port) => {
        const canonical = canonicalIp(ip);
        fc.pre(canonical !== undefined && canonical !== "0.0.0.0" && canonical !== "::");
        expect(packer.pack(ip, port)).toBe(true);
        expect(packer.compact).toEqual(packEndpoint({ ip: canonical ?? "", port }));
        expect(packer.ip).toEqual(packer.compact.subarray(0, -2));
      }),
    );
  });

  it("packs IPv4-mapped IPv6 as IPv4, and caches the last IPv6 address", () => {
    const packer = new AddressPacker();
    packer.pack("2001:db8::1", 1);
    packer.pack("::ffff:1.2.3.4", 5);
    expect([packer.family, ...packer.compact]).toEqual([4, 1, 2, 3, 4, 0, 5]);
    packer.pack("2001:db8::1", 2);
    expect(Array.from(packer.compact.slice(-3))).toEqual([1, 0, 2]);
  });

  it.each([
    "",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.256",
    "1..3.4",
    "01234.1.1.1",
    "localhost",
    "1.2.3.4 ",
    "::g",
    "0.0.0.0",
    "::",
    "::ffff:0.0.0.0",
  ])("refuses %j", (text) => {
    expect(new AddressPacker().pack(text, 1)).toBe(false);
  });
});
