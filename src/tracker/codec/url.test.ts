import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InfoHash, latin1Decode } from "../../base/index.ts";
import { INFO_HASH, PEER_ID } from "../../../test/support/tracker-fakes.ts";
import { MAX_HTTP_SCRAPE_HASHES, MAX_URL_LENGTH } from "../limits.ts";
import { parseAnnounceQuery } from "./query.ts";
import { announceUrl, httpScrapeUrl, parseUdpUrl, percentEncode, scrapeUrl, trackerProtocol } from "./url.ts";

const FIELDS = { infoHash: INFO_HASH, peerId: PEER_ID, port: 6881, uploaded: 1, downloaded: 2, left: 3 };

describe("percentEncode", () => {
  it("keeps unreserved characters and encodes every other byte", () => {
    expect(percentEncode(Uint8Array.of(0x41, 0x7a, 0x30, 0x2d, 0x2e, 0x5f, 0x7e, 0x00, 0x20, 0x25, 0xff))).toBe(
      "Az0-._~%00%20%25%FF",
    );
  });

  it("is parsed by the server to the same info-hash and peer id", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 20, maxLength: 20 }),
        fc.uint8Array({ minLength: 20, maxLength: 20 }),
        (hash, id) => {
          const query = parseAnnounceQuery(
            `?info_hash=${percentEncode(hash)}&peer_id=${percentEncode(id)}&port=1&left=0`,
            1,
          );
          if (typeof query === "string") throw new Error(query);
          expect(query.infoHash).toBe(latin1Decode(hash));
          expect(query.peerId).toEqual(id);
        },
      ),
    );
  });
});

describe("announceUrl", () => {
  it("has the parameters of BEP 3, 7 and 23", () => {
    expect(
      announceUrl("http://t.example/announce", {
        ...FIELDS,
        event: "started",
        numWant: 80,
        key: 0xabc,
        trackerId: "a b",
        ip: "1.2.3.4",
        ipv6: "::1",
      }),
    ).toBe(
      `http://t.example/announce?info_hash=${percentEncode(INFO_HASH.bytes)}&peer_id=-MR0001-abcdefghijkl&port=6881&uploaded=1&downloaded=2&left=3&compact=1&no_peer_id=1` +
        "&event=started&numwant=80&key=00000ABC&trackerid=a%20b&ip=1.2.3.4&ipv6=%3A%3A1",
    );
  });

  it("keeps the tracker's own query in front and drops the fragment", () => {
    expect(announceUrl("http://t/announce?passkey=s%2Fecret#x", FIELDS)).toMatch(
      /^http:\/\/t\/announce\?passkey=s%2Fecret&info_hash=/,
    );
    expect(announceUrl("http://t/a?", FIELDS)).toMatch(/^http:\/\/t\/a\?info_hash=/);
    expect(announceUrl("http://t/a?x&", FIELDS)).toMatch(/^http:\/\/t\/a\?x&info_hash=/);
  });

  it("cuts a v2 info-hash to 20 bytes", () => {
    const url = announceUrl("http://t/a", { ...FIELDS, infoHash: InfoHash.fromBytes(new Uint8Array(32).fill(0x41)) });
    expect(url).toContain(`info_hash=${"A".repeat(20)}&`);
  });

  it.each([-5, Number.NaN, Number.POSITIVE_INFINITY, 1.7])("never sends %s as a counter as it is", (value) => {
    expect(announceUrl("http://t/a", { ...FIELDS, uploaded: value })).toMatch(/&uploaded=[01]&/);
  });
});

describe("trackerProtocol", () => {
  it.each([
    ["http://t/announce", "http"],
    ["HTTPS://T:1/a", "http"],
    ["udp://t:80", "udp"],
    ["udp://[::1]:80/announce", "udp"],
  ])("reads %s as %s", (url, protocol) => {
    expect(trackerProtocol(url)).toBe(protocol);
  });

  it.each([
    "",
    "udp://t",
    "udp://t:99999",
    "wss://t",
    "dht://x",
    "file:///etc/passwd",
    "not a url",
    `http://t/${"a".repeat(MAX_URL_LENGTH)}`,
  ])("refuses %j in one line", (url) => {
    expect(() => trackerProtocol(url)).toThrow(
      expect.objectContaining({ code: "tracker.url", message: expect.not.stringContaining("\n") as string }) as Error,
    );
  });
});

describe("parseUdpUrl", () => {
  it("returns host, port and URLData (BEP 41)", () => {
    expect(parseUdpUrl("udp://t.example:80/dir?a=b&c=d")).toEqual({
      host: "t.example",
      port: 80,
      urlData: "/dir?a=b&c=d",
    });
    expect(parseUdpUrl("udp://[2001:db8::1]:6969")).toEqual({ host: "2001:db8::1", port: 6969, urlData: "" });
  });
});

describe("scrapeUrl", () => {
  it.each([
    ["http://example.com/announce", "http://example.com/scrape"],
    ["http://example.com/x/announce", "http://example.com/x/scrape"],
    ["http://example.com/announce.php", "http://example.com/scrape.php"],
    ["http://example.com/announce?x=2%0644", "http://example.com/scrape?x=2%0644"],
    ["http://example.com/x%064announce", undefined],
    ["http://example.com/a", undefined],
    ["http://example.com/announce/x", undefined],
    ["http://example.com/a?x=/announce", undefined],
    ["udp://t:1/announce", "udp://t:1/announce"],
  ])("returns for %s %s", (url, expected) => {
    expect(scrapeUrl(url)).toBe(expected);
  });
});

describe("httpScrapeUrl", () => {
  it("has a parameter for each torrent", () => {
    const other = InfoHash.fromBytes(new Uint8Array(20).fill(0x42));
    expect(httpScrapeUrl("http://t/announce?k=1", [INFO_HASH, other])).toBe(
      `http://t/scrape?k=1&info_hash=${percentEncode(INFO_HASH.bytes)}&info_hash=${"B".repeat(20)}`,
    );
  });

  it("refuses none, too many, and trackers without a scrape address", () => {
    const many = Array.from({ length: MAX_HTTP_SCRAPE_HASHES + 1 }, () => INFO_HASH);
    expect(() => httpScrapeUrl("http://t/announce", [])).toThrow(
      expect.objectContaining({ code: "tracker.scrape-count" }) as Error,
    );
    expect(() => httpScrapeUrl("http://t/announce", many)).toThrow(
      expect.objectContaining({ code: "tracker.scrape-count" }) as Error,
    );
    expect(httpScrapeUrl("http://t/announce", many.slice(1)).length).toBeLessThan(8_000);
    expect(() => httpScrapeUrl("http://t/a", [INFO_HASH])).toThrow(
      expect.objectContaining({ code: "tracker.no-scrape" }) as Error,
    );
  });
});
