import { describe, expect, it } from "vitest";
import { parseProxy } from "./settings.ts";

describe("parseProxy", () => {
  it.each([
    ["socks5://127.0.0.1:9050", { kind: "socks5", host: "127.0.0.1", port: 9050, login: undefined }],
    ["socks5h://proxy.example", { kind: "socks5", host: "proxy.example", port: 1080, login: undefined }],
    ["SOCKS5://[::1]:1081/", { kind: "socks5", host: "::1", port: 1081, login: undefined }],
    ["http://proxy:80", { kind: "http", host: "proxy", port: 80, login: undefined }],
    [
      "http://a%40b:p%3Aw@10.0.0.1",
      { kind: "http", host: "10.0.0.1", port: 8080, login: { user: "a@b", password: "p:w" } },
    ],
  ])("parses %s", (text, expected) => {
    expect(parseProxy(text)).toEqual(expected);
  });

  it.each([
    "127.0.0.1:1080",
    "socks4://127.0.0.1",
    "https://127.0.0.1",
    "socks5://",
    "socks5://127.0.0.1:70000",
    "socks5://127.0.0.1:0",
    "socks5://127.0.0.1/path",
    "socks5://user:%ff@127.0.0.1",
    `socks5://${"u".repeat(256)}:p@127.0.0.1`,
  ])("refuses %s", (text) => {
    expect(() => parseProxy(text)).toThrow(expect.objectContaining({ code: "proxy.url" }));
  });

  it("does not show the password in an error", () => {
    expect(() => parseProxy("socks4://user:secret@127.0.0.1")).toThrow(/^(?!.*secret)/s);
  });
});
