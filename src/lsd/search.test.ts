import { describe, expect, it } from "vitest";
import { utf8Decode } from "../base/index.ts";
import { MAX_COOKIE_LENGTH, MAX_SEARCH_LENGTH, MAX_SENT_INFO_HASHES, MAX_SENT_LENGTH } from "./limits.ts";
import { decodeSearch, encodeSearch } from "./search.ts";
import { LSD_GROUPS } from "./service.ts";

const [IPV4 = { ip: "", port: 0 }, IPV6 = { ip: "", port: 0 }] = LSD_GROUPS;
const A = "0123456789abcdef0123456789abcdef01234567";
const B = "f".repeat(40);
const decode = (text: string) => decodeSearch(new TextEncoder().encode(text));
const lines = (...headers: string[]): string =>
  `BT-SEARCH * HTTP/1.1\r\n${headers.map((line) => `${line}\r\n`).join("")}`;
const message = (...headers: string[]): string => `${lines(...headers)}\r\n\r\n`;

describe("encodeSearch", () => {
  it("writes the message of BEP 14", () => {
    expect(utf8Decode(encodeSearch(IPV4, { port: 6881, infoHashes: [A, B], cookie: "c0" }))).toBe(
      "BT-SEARCH * HTTP/1.1\r\nHost: 239.192.152.143:6771\r\nPort: 6881\r\n" +
        `Infohash: ${A}\r\nInfohash: ${B}\r\ncookie: c0\r\n\r\n\r\n`,
    );
    expect(utf8Decode(encodeSearch(IPV6, { port: 1, infoHashes: [A], cookie: undefined }))).toBe(
      `BT-SEARCH * HTTP/1.1\r\nHost: [ff15::efc0:988f]:6771\r\nPort: 1\r\nInfohash: ${A}\r\n\r\n\r\n`,
    );
  });

  it("fits as many info-hashes as it takes into a message, and refuses more", () => {
    const full = { port: 65_535, infoHashes: Array.from({ length: MAX_SENT_INFO_HASHES }, () => A) };
    const cookie = "c".repeat(MAX_COOKIE_LENGTH);
    expect(encodeSearch(IPV4, { ...full, cookie }).length).toBeLessThanOrEqual(MAX_SENT_LENGTH);
    expect(() => encodeSearch(IPV4, { ...full, cookie: `${cookie}c` })).toThrow(RangeError);
    expect(() => encodeSearch(IPV4, { port: 1, infoHashes: [], cookie })).toThrow(RangeError);
    expect(() => encodeSearch(IPV4, { port: 1, infoHashes: [...full.infoHashes, A], cookie })).toThrow(RangeError);
  });
});

describe("decodeSearch", () => {
  it("reads several info-hashes, each once", () => {
    const bytes = encodeSearch(IPV4, { port: 6881, infoHashes: [A, B, A], cookie: "c0" });
    expect(decodeSearch(bytes)).toEqual({ port: 6881, infoHashes: [A, B], cookie: "c0" });
  });

  it("reads headers of any case, and ignores those that it does not know", () => {
    const text = `bt-search * http/1.0\r\nHOST:x\r\nX-New: 1:2\r\nport:  7 \r\nINFOHASH:${A.toUpperCase()}\r\n\r\n`;
    expect(decode(text)).toEqual({ port: 7, infoHashes: [A], cookie: undefined });
  });

  it("ignores info-hashes that are none, if there is one", () => {
    const odd = [`Infohash: ${A}0`, "Infohash: ", `Infohash: ${"g".repeat(40)}`];
    expect(decode(message("Port: 7", ...odd, `Infohash: ${A}`))?.infoHashes).toEqual([A]);
    expect(decode(message("Port: 7", ...odd))).toBeUndefined();
  });

  it("ignores what comes after the headers", () => {
    expect(decode(`${message("Port: 7", `Infohash: ${A}`)}Infohash: ${B}\r\n\r\n`)?.infoHashes).toEqual([A]);
  });

  it.each([
    ["nothing", ""],
    ["another method", message("Port: 7", `Infohash: ${A}`).replace("BT-SEARCH", "M-SEARCH")],
    ["no port", message(`Infohash: ${A}`)],
    ["port 0", message("Port: 0", `Infohash: ${A}`)],
    ["port 65536", message("Port: 65536", `Infohash: ${A}`)],
    ["a port that is no number", message("Port: 0x1f", `Infohash: ${A}`)],
    ["two ports", message("Port: 7", "Port: 8", `Infohash: ${A}`)],
    ["no info-hash", message("Port: 7")],
    ["a line without a name", message("Port: 7", `Infohash: ${A}`, "what")],
    ["an empty name", message("Port: 7", `Infohash: ${A}`, ": what")],
    ["no end", lines("Port: 7", `Infohash: ${A}`).slice(0, -2)],
    ["a long cookie", message("Port: 7", `Infohash: ${A}`, `cookie: ${"c".repeat(MAX_COOKIE_LENGTH + 1)}`)],
    ["a byte that is not ASCII", message("Port: 7", `Infohash: ${A}`, "x: é")],
    ["a control character", message("Port: 7", `Infohash: ${A}`, "x: \0")],
  ])("returns undefined for %s", (_name, text) => expect(decode(text)).toBeUndefined());

  it("reads no more than a bound", () => {
    const padded = (length: number): string => {
      const base = message("Port: 7", `Infohash: ${A}`, "x: ");
      return message("Port: 7", `Infohash: ${A}`, `x: ${"y".repeat(length - base.length)}`);
    };
    expect(decode(padded(MAX_SEARCH_LENGTH))?.port).toBe(7);
    expect(decode(padded(MAX_SEARCH_LENGTH + 1))).toBeUndefined();
  });
});
