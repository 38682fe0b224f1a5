import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hasBareLf, headEnd, headerRecord, parseHead } from "./head.ts";

const parse = (...lines: string[]) => parseHead(`${lines.join("\r\n")}\r\n\r\n`, 0);

describe("parseHead", () => {
  it("reads a request line and what its headers mean", () => {
    expect(parse("GET /a?b=%FF\xff HTTP/1.1", "Host: x", "X:")).toEqual({
      method: "GET",
      target: "/a?b=%FF\xff",
      keepAlive: true,
      isOld: false,
      bodyBytes: 0,
      expects: false,
      fields: "Host: x\r\nX:\r\n",
    });
    expect(parse("POST / HTTP/1.1", "host:x", "CONTENT-LENGTH: 12", "expect: 100-continue")).toMatchObject({
      bodyBytes: 12,
      expects: true,
    });
    expect(parse("GET http://x/announce HTTP/1.0")).toMatchObject({
      target: "http://x/announce",
      isOld: true,
      keepAlive: false,
    });
  });

  it("keeps a connection open by version and Connection, close first of all", () => {
    const stays = (version: string, value: string) => parse(`GET / HTTP/${version}`, "Host: x", `Connection: ${value}`);
    expect(stays("1.0", "Keep-Alive")).toMatchObject({ keepAlive: true });
    expect(stays("1.1", "Foo , CLOSE")).toMatchObject({ keepAlive: false });
    expect(stays("1.1", "close, keep-alive")).toMatchObject({ keepAlive: false });
    expect(stays("1.1", "upgrade")).toMatchObject({ keepAlive: true });
    expect(stays("1.1", "close\r\nConnection: keep-alive")).toMatchObject({ keepAlive: false });
    expect(stays("1.0", "close\r\nConnection: keep-alive")).toMatchObject({ keepAlive: false });
    expect(stays("1.0", "keep-alive\r\nConnection: upgrade")).toMatchObject({ keepAlive: true });
    expect(stays("1.1", "\xa0close")).toMatchObject({ keepAlive: true });
    expect(stays("1.0", "upgrade")).toMatchObject({ keepAlive: false });
  });

  it.each<[string, number, ...string[]]>([
    ["no target", 400, "GET HTTP/1.1", "Host: x"],
    ["two spaces", 400, "GET  / HTTP/1.1", "Host: x"],
    ["a control character in the target", 400, "GET /\x01 HTTP/1.1", "Host: x"],
    ["a bare CR", 400, "GET / HTTP/1.1", "Host: x\rY: z"],
    ["a bare LF", 400, "GET / HTTP/1.1\nHost: x"],
    ["a folded line", 400, "GET / HTTP/1.1", "Host: x", " y"],
    ["a space before the colon", 400, "GET / HTTP/1.1", "Host : x"],
    ["a line without a colon", 400, "GET / HTTP/1.1", "Host"],
    ["NUL in a value", 400, "GET / HTTP/1.1", "Host: \0"],
    ["no Host in HTTP/1.1", 400, "GET / HTTP/1.1", "X: y"],
    ["two Hosts", 400, "GET / HTTP/1.1", "Host: x", "Host: x"],
    ["a length that is none", 400, "POST / HTTP/1.1", "Host: x", "Content-Length: +5"],
    ["a length behind a no-break space", 400, "POST / HTTP/1.1", "Host: x", "Content-Length: \xa05"],
    ["two lengths", 400, "POST / HTTP/1.1", "Host: x", "Content-Length: 5", "Content-Length: 6"],
    ["a length and a coding", 400, "POST / HTTP/1.1", "Host: x", "Content-Length: 5", "Transfer-Encoding: chunked"],
    ["a coding in HTTP/1.0", 400, "POST / HTTP/1.0", "Transfer-Encoding: chunked"],
    ["a coding", 411, "POST / HTTP/1.1", "Host: x", "Transfer-Encoding: chunked"],
    ["a long body", 413, "POST / HTTP/1.1", "Host: x", "Content-Length: 65537"],
    ["another version", 505, "GET / HTTP/2.0", "Host: x"],
    ["HTTP/0.9", 400, "GET /"],
  ])("refuses %s with %i", (_what, status, ...lines) => {
    expect(parse(...lines)).toBe(status);
  });

  it("returns a head or a status for any input, in time linear in the length", () => {
    const piece = fc.constantFrom(
      "GET ",
      "/",
      " HTTP/1.1",
      "\r\n",
      "Host: x",
      "a:",
      ":",
      " ",
      "\r",
      "\n",
      "\0",
      "Content-Length: 9",
      "é",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 400 }), (pieces) => {
        const head = parseHead(pieces.join(""), 0);
        expect(typeof head === "number" ? [400, 411, 413, 505].includes(head) : head.bodyBytes >= 0).toBe(true);
      }),
    );
    expect(parse("GET / HTTP/1.1", ...Array.from({ length: 4000 }, () => "a:"), "b")).toBe(400);
  });
});

describe("headEnd", () => {
  it("finds the empty line, also when it came in parts", () => {
    expect(headEnd("xx\r\n\r\nyy", 0, 0)).toBe(6);
    expect(headEnd("xx\r\n\r\nyy", 0, 5)).toBe(6);
    expect(headEnd("\r\n\r\nxx\r\n", 4, 0)).toBe(0);
  });
});

describe("hasBareLf", () => {
  it("finds an LF without a CR before it, from a given position", () => {
    expect([
      hasBareLf("a\r\nb", 0, 0),
      hasBareLf("a\r\nb\n", 0, 0),
      hasBareLf("\r\n", 1, 0),
      hasBareLf("a\nb\r", 0, 3),
    ]).toEqual([false, true, true, false]);
  });
});

describe("headerRecord", () => {
  it("joins what came twice, and takes any name", () => {
    const headers = headerRecord("A: 1\r\na:2 \r\n__proto__: x\r\n");
    expect(Object.entries(headers)).toEqual([
      ["a", "1, 2"],
      ["__proto__", "x"],
    ]);
  });
});
