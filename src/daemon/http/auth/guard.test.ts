import { describe, expect, it } from "vitest";
import { guard, type GuardedRequest, type GuardOptions } from "./guard.ts";

const options: GuardOptions = {
  allowedHosts: ["box.lan", "torrents.example.org:8443", "2001:db8::1", "proxy.example"],
  host: "127.0.0.1",
  isPage: (path) => path === "/",
};

function pass(
  headers: Readonly<Record<string, string>>,
  more: Partial<GuardedRequest> = {},
  other: Partial<GuardOptions> = {},
): void {
  guard(
    {
      method: "GET",
      target: "/",
      rawHeaders: Object.entries(headers).flat(),
      localAddress: "127.0.0.1",
      localPort: 9080,
      ...more,
    },
    { ...options, ...other },
  );
}

describe("guard", () => {
  it.each([
    "localhost:9080",
    "LOCALHOST:9080",
    "localhost",
    "127.0.0.1:9080",
    "127.0.0.1",
    "[::1]:9080",
    "[::1]",
    "box.lan",
    "Box.Lan:9080",
    "torrents.example.org:8443",
    "[2001:db8::1]:9080",
    "[2001:DB8:0::1]:9080",
  ])("knows itself as %s", (host) => expect(() => pass({ Host: host })).not.toThrow());

  it.each([
    "box.lan:1",
    "torrents.example.org",
    "torrents.example.org:9080",
    "[2001:db8::2]:9080",
    "10.0.0.5:9080",
    "xbox.lan",
    "box.lan.evil.example",
    "[::1",
    "::1",
    "localhost:",
    "localhost:x",
    "a b",
    "",
  ])("does not know itself as %j", (host) =>
    expect(() => pass({ Host: host })).toThrow(expect.objectContaining({ code: "http.host" })),
  );

  it("is known by the address that the connection came to, whatever it listens on", () => {
    expect(() =>
      pass({ Host: "192.168.1.5:9080" }, { localAddress: "::ffff:192.168.1.5" }, { host: "::" }),
    ).not.toThrow();
    expect(() => pass({ Host: "[fe80::5]:9080" }, { localAddress: "fe80::5%eth0" }, { host: "::" })).not.toThrow();
    expect(() => pass({ Host: "0.0.0.0:9080" }, {}, { host: "0.0.0.0" })).toThrow(
      expect.objectContaining({ status: 403 }),
    );
  });

  it("takes its own origin, and TLS only under a name that a proxy may have", () => {
    expect(() => pass({ Host: "localhost:9080", Origin: "http://localhost:9080" })).not.toThrow();
    expect(() => pass({ Host: "proxy.example", Origin: "https://proxy.example" })).not.toThrow();
    expect(() => pass({ Host: "localhost:9080", Origin: "https://localhost:9080" })).toThrow(
      expect.objectContaining({ code: "http.origin" }),
    );
    expect(() => pass({ Host: "localhost:9080", Origin: "http://127.0.0.1:9080" })).toThrow(
      expect.objectContaining({ code: "http.origin" }),
    );
  });

  it("allows links of other sites to the page only", () => {
    const link = {
      Host: "localhost:9080",
      "Sec-Fetch-Site": "cross-site",
      "Sec-Fetch-Mode": "navigate",
      "Sec-Fetch-Dest": "document",
    };
    expect(() => pass(link)).not.toThrow();
    expect(() => pass(link, { target: "/?add=magnet" })).not.toThrow();
    expect(() => pass(link, { method: "POST" })).toThrow(expect.objectContaining({ code: "http.cross-site" }));
    expect(() => pass(link, { target: "/api/v1/torrents" })).toThrow(
      expect.objectContaining({ code: "http.cross-site" }),
    );
    expect(() => pass({ ...link, "Sec-Fetch-Dest": "iframe" })).toThrow(
      expect.objectContaining({ code: "http.cross-site" }),
    );
    for (const site of ["same-origin", "none"])
      expect(() =>
        pass({ Host: "localhost:9080", "Sec-Fetch-Site": site }, { method: "POST", target: "/api/v1/torrents" }),
      ).not.toThrow();
  });

  it("accepts hosts with names in any usual spelling", () => {
    for (const target of [
      "/stream/a/0/Film%20(2020)%20%5B1080p%5D%20%C3%A9%20100%25.mkv",
      "/a...b/..c",
      "/?q=../..%2f",
      "/",
    ])
      expect(() => pass({ Host: "localhost" }, { target })).not.toThrow();
    expect(() => pass({ Host: "localhost" }, { target: `/${"x".repeat(9_000)}` })).toThrow(
      expect.objectContaining({ status: 414 }),
    );
  });
});
