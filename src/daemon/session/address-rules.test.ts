import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isPublic, refusePrivate } from "./address-rules.ts";

describe("isPublic", () => {
  it.each([
    "8.8.8.8",
    "1.1.1.1",
    "2606:4700::1111",
    "2001:4860:4860::8888",
    "2002:0808:0808::1",
    "64:ff9b::808:808",
    "::ffff:8.8.8.8",
    "172.32.0.1",
    "100.128.0.1",
  ])("%s is", (ip) => expect(isPublic(ip)).toBe(true));

  const refused = [
    "127.0.0.1",
    "127.255.255.254",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.127.255.255",
    "0.0.0.0",
    "0.1.2.3",
    "224.0.0.1",
    "239.255.255.250",
    "255.255.255.255",
    "240.0.0.1",
    "192.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd12:3456::1",
    "ff02::1",
    "fec0::1",
    "2001:db8::1",
    "100::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:a9fe:a9fe",
    "::127.0.0.1",
    "::ffff:0:10.0.0.1",
    "2002:7f00:1::1",
    "2002:a00:1::",
    "2002:c0a8:101::",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b:1::a00:1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "localhost",
    "",
    "127.1",
    "0x7f000001",
    "2130706433",
    "[::1]",
  ];
  it.each(refused)("%s is not", (ip) => expect(isPublic(ip)).toBe(false));

  it("is never so for a loopback or private address in whatever dress", () => {
    const hex = (n: number): string => n.toString(16);
    fc.assert(
      fc.property(
        fc.constantFrom("10", "127", "169.254", "192.168"),
        fc.nat(255),
        fc.nat(255),
        fc.nat(255),
        (head, a, b, c) => {
          const bytes = [...head.split(".").map(Number), a, b, c].slice(0, 4);
          const [p = 0, q = 0, r = 0, s = 0] = bytes;
          const high = hex(p * 256 + q);
          const low = hex(r * 256 + s);
          for (const dress of [
            bytes.join("."),
            `::ffff:${bytes.join(".")}`,
            `2002:${high}:${low}::1`,
            `64:ff9b::${high}:${low}`,
            `::${high}:${low}`,
          ])
            expect(isPublic(dress), dress).toBe(false);
        },
      ),
    );
  });
});

describe("refusePrivate", () => {
  const url = new URL("http://tracker.example/announce");
  it("refuses when one of the addresses is not public, or there is none", () => {
    expect(refusePrivate(url, ["8.8.8.8"])).toBeUndefined();
    expect(refusePrivate(url, ["8.8.8.8", "10.0.0.1"])).toContain("10.0.0.1");
    expect(refusePrivate(url, [])).toBeDefined();
  });
});
