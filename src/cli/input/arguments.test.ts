import { describe, expect, it } from "vitest";
import {
  infoHashArgument,
  peersArgument,
  portArgument,
  rateArgument,
  repeated,
  sizeArgument,
  tiersArgument,
  trackersArgument,
  wholeArgument,
} from "./arguments.ts";
import { CommandLineError } from "../output/problem.ts";

describe("sizeArgument", () => {
  it("reads the documented units", () => {
    expect(["16384", "256KiB", "1MiB", "2MB"].map(sizeArgument("--size"))).toEqual([
      16_384, 262_144, 1_048_576, 2_000_000,
    ]);
  });

  it("names the option of an invalid value", () => {
    expect(() => sizeArgument("--piece-length")("big")).toThrow(/^--piece-length: not a size/);
    expect(() => sizeArgument("--size")("-1")).toThrow(CommandLineError);
  });
});

describe("rateArgument", () => {
  it("accepts a rate with or without /s, and rejects 0", () => {
    expect(rateArgument("--max-down")("500KiB/s")).toBe(512_000);
    expect(() => rateArgument("--max-down")("0")).toThrow(/leave out the option for no limit/);
  });
});

describe("wholeArgument", () => {
  it("rejects numbers outside of its bounds", () => {
    expect(wholeArgument("--n", 1, 10)("10")).toBe(10);
    for (const text of ["0", "11", "1.5", "-1", "1e1", "", " 1", "0x1"])
      expect(() => wholeArgument("--n", 1, 10)(text), text).toThrow(CommandLineError);
  });
});

describe("portArgument", () => {
  it("is 0 to 65535", () => {
    expect([portArgument("--port")("0"), portArgument("--port")("65535")]).toEqual([0, 65_535]);
    expect(() => portArgument("--port")("65536")).toThrow(CommandLineError);
  });
});

describe("repeated", () => {
  it("collects values in order", () => {
    expect(repeated("b", repeated("a"))).toEqual(["a", "b"]);
  });
});

describe("peersArgument", () => {
  const read = peersArgument("--peer");

  it("accepts several with commas and keeps the earlier ones", () => {
    expect(read("127.0.0.1:1,[::1]:2,", ["host.example:3"])).toEqual(["host.example:3", "127.0.0.1:1", "[::1]:2"]);
  });

  it.each(["127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", "::1:6881", "a b:1", "http://x:1"])("refuses %s", (text) => {
    expect(() => read(text)).toThrow(CommandLineError);
  });
});

describe("peersArgument of an address that no peer can have", () => {
  it.each([
    [
      "192.0.2.7:6881",
      "no peer can be at 192.0.2.7:6881: the address is reserved (for documentation or other special use)",
    ],
    ["[2001:db8::1]:6881", "is reserved"],
    ["239.1.1.1:6881", "is a multicast or broadcast address"],
    ["0.0.0.0:6881", "is the unspecified address"],
  ])("rejects it with the reason: %s", (text, message) => {
    expect(() => peersArgument("--peer")(text)).toThrow(message);
  });
});

describe("tiersArgument", () => {
  it("returns a tier for each option, with the URLs between commas", () => {
    expect(
      tiersArgument("--tracker")("http://c/announce", tiersArgument("--tracker")("http://a/announce,udp://b:1")),
    ).toEqual([["http://a/announce", "udp://b:1"], ["http://c/announce"]]);
  });

  it("keeps a comma within a URL", () => {
    expect(tiersArgument("--tracker")("http://a/announce?x=1,2")).toEqual([["http://a/announce?x=1,2"]]);
  });
});

describe("infoHashArgument", () => {
  it("reads hexadecimal and rejects other text", () => {
    expect(infoHashArgument("--info-hash")("AB".repeat(20)).hex).toBe("ab".repeat(20));
    expect(() => infoHashArgument("--info-hash")("abc")).toThrow(/^--info-hash: not an info-hash/);
  });
});

describe("trackersArgument", () => {
  it.each(["http://a/announce", "https://a:1/x?y", "udp://a:6969", "udp://a:6969/announce"])("accepts %s", (url) => {
    expect(trackersArgument("--tracker")(url, ["http://b"])).toEqual(["http://b", url]);
    expect(tiersArgument("--tracker")(url)).toEqual([[url]]);
  });

  it.each(["javascript:x", "ftp://x", "udp://x", "http://127.0.0.1:99999/a", "file:///etc/passwd", "foo", ""])(
    "refuses %s",
    (url) => {
      expect(() => trackersArgument("--tracker")(url)).toThrow("--tracker: not a tracker address");
      expect(() => tiersArgument("--tracker")(url)).toThrow(
        /--tracker: (?:not a tracker address|the announce URL is missing)/,
      );
    },
  );

  it("accepts URLs of WebSocket trackers for a torrent, but not for an announce", () => {
    expect(tiersArgument("--tracker")("wss://x/y")).toEqual([["wss://x/y"]]);
    expect(() => trackersArgument("--tracker")("wss://x/y")).toThrow("not a tracker address");
  });
});
