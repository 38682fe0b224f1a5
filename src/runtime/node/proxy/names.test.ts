import { describe, expect, it } from "vitest";
import { ipFamily, ipScope, isNamePlaceholder } from "../../../base/index.ts";
import { PlaceholderNames } from "./names.ts";

describe("PlaceholderNames", () => {
  it("returns one placeholder for each name, a public address, and the name for it", () => {
    const names = new PlaceholderNames();
    const [one, other] = [names.placeholderOf("tracker.example"), names.placeholderOf("other.example")];
    expect(one).not.toBe(other);
    expect([names.placeholderOf("Tracker.Example."), names.hostOf(one), names.hostOf(other)]).toEqual([
      one,
      "tracker.example",
      "other.example",
    ]);
    expect([ipScope(one), names.hostOf("8.8.8.8"), names.hostOf("2001:db8::1")]).toEqual([
      "public",
      undefined,
      undefined,
    ]);
  });

  it("returns addresses of both IP families for UDP, which no host has", () => {
    const names = new PlaceholderNames();
    const both = names.datagramPlaceholdersOf("tracker.example");
    expect([both.map(ipFamily), both.map(isNamePlaceholder), both.map((ip) => names.hostOf(ip))]).toEqual([
      [4, 6],
      [true, true],
      ["tracker.example", "tracker.example"],
    ]);
    expect(both.map(ipScope)).not.toContain("public");
  });

  it("gives many names different placeholders, of which the oldest ends", () => {
    const names = new PlaceholderNames();
    const all = Array.from({ length: 70_000 }, (_, n) => names.placeholderOf(`host${n}.example`));
    expect(new Set(all).size).toBe(all.length);
    expect([names.hostOf(all[0] ?? ""), names.hostOf(all.at(-1) ?? "")]).toEqual([undefined, "host69999.example"]);
  });

  it.each([
    "127.1",
    "0x7f.0.0.1",
    "localhost",
    "printer",
    "a.localhost",
    "nas.local",
    "router.lan",
    "db.internal",
    "x.home.arpa.",
  ])("refuses the local name %s", (name) => {
    expect(() => new PlaceholderNames().placeholderOf(name)).toThrow(
      expect.objectContaining({ code: "net.unknown-host" }),
    );
  });
});
