import { describe, expect, it } from "vitest";
import { MAX_HTTP_SCRAPE_HASHES } from "../limits.ts";
import { parseAnnounceQuery, parseScrapeQuery } from "./query.ts";

const HASH = "%01%ffabcdefghijklmnopqr";
const BASE = `info_hash=${HASH}&peer_id=-MR0001-abcdefghijkl&port=6881`;

describe("parseAnnounceQuery", () => {
  it("reads the query of an announce", () => {
    expect(
      parseAnnounceQuery(
        `/announce?${BASE}&uploaded=0&downloaded=0&left=0&event=completed&numwant=7&compact=0&no_peer_id=1&ip=%3A%3A1`,
        10,
      ),
    ).toEqual({
      infoHash: "\u0001\u00ffabcdefghijklmnopqr",
      peerId: Uint8Array.from("-MR0001-abcdefghijkl", (c) => c.charCodeAt(0)),
      port: 6881,
      isSeeder: true,
      event: "completed",
      numWant: 7,
      compact: false,
      noPeerId: true,
      ip: "::1",
    });
  });

  it("treats a client without left as a leecher, an unknown event as none, and a missing compact as 1", () => {
    expect(parseAnnounceQuery(`${BASE}&event=paused&numwant=-1&ip=%zz`, 0)).toMatchObject({
      isSeeder: false,
      event: undefined,
      compact: true,
      numWant: undefined,
      ip: undefined,
    });
  });

  it.each([
    ["", "info_hash"],
    ["info_hash=short&peer_id=-MR0001-abcdefghijkl&port=1", "info_hash"],
    [`info_hash=${"%41".repeat(21)}&peer_id=-MR0001-abcdefghijkl&port=1`, "info_hash"],
    [`info_hash=${"\u4e2d".repeat(20)}&peer_id=-MR0001-abcdefghijkl&port=1`, "info_hash"],
    [`info_hash=${HASH}&port=1`, "peer_id"],
    [`info_hash=${HASH}&peer_id=-MR0001-abcdefghijkl`, "port"],
    [`info_hash=${HASH}&peer_id=-MR0001-abcdefghijkl&port=65536`, "port"],
    [`info_hash=${HASH}&peer_id=-MR0001-abcdefghijkl&port=-1`, "port"],
    ["&&&===&=&info_hash&=x", "info_hash"],
  ])("refuses %j because of %s", (query, what) => {
    expect(parseAnnounceQuery(query, 0)).toContain(what);
  });
});

describe("parseScrapeQuery", () => {
  it("lists torrents without invalid info-hashes", () => {
    expect(parseScrapeQuery(`/scrape?info_hash=${HASH}&info_hash=nope&x=1&info_hash=${"B".repeat(20)}`, 8)).toEqual([
      "\u0001\u00ffabcdefghijklmnopqr",
      "B".repeat(20),
    ]);
  });

  it(`takes at most ${MAX_HTTP_SCRAPE_HASHES}`, () => {
    const many = Array.from({ length: MAX_HTTP_SCRAPE_HASHES + 9 }, () => `info_hash=${HASH}`).join("&");
    expect(parseScrapeQuery(many, 0)).toHaveLength(MAX_HTTP_SCRAPE_HASHES);
  });
});
