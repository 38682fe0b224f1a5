import { describe, expect, it } from "vitest";
import { latin1, MAX_EXCERPT, TrackerError, utf8 } from "../../base/index.ts";
import { encode } from "../../bencode/index.ts";
import { DEFAULT_INTERVAL_SECONDS, MAX_REPLY_PEERS, MAX_TRACKER_ID_BYTES, RETRY_IN_MAX_MS } from "../limits.ts";
import { encodeCompactReply, encodeDictionaryReply, encodeFailure } from "./http-reply-encode.ts";
import { decodeAnnounceReply } from "./http-reply.ts";
import { decodeScrapeReply, encodeScrapeReply } from "./scrape-reply.ts";

const PEER4 = Uint8Array.of(10, 0, 0, 1, 0x1a, 0xe1);
const PEER6 = Uint8Array.of(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 80);

function failure(body: Uint8Array): TrackerError {
  try {
    decodeAnnounceReply(body);
  } catch (error) {
    if (error instanceof TrackerError) return error;
    throw error;
  }
  throw new Error("was accepted");
}

describe("decodeAnnounceReply", () => {
  it("reads a compact reply with all fields (BEP 3, 7, 23, 24)", () => {
    const reply = decodeAnnounceReply(
      encode({
        complete: 5,
        downloaded: 7,
        "external ip": Uint8Array.of(8, 8, 8, 8),
        incomplete: 6,
        interval: 1800,
        "min interval": 900,
        peers: PEER4,
        peers6: PEER6,
        "tracker id": latin1("\u00ffx"),
        "warning message": "be\u0007ware\nof \u202eit",
      }),
    );
    expect(reply).toEqual({
      peers: [
        { ip: "10.0.0.1", port: 6881 },
        { ip: "2001:db8::1", port: 80 },
      ],
      interval: 1800,
      minInterval: 900,
      seeders: 5,
      leechers: 6,
      completed: 7,
      externalIp: "8.8.8.8",
      trackerId: "\u00ffx",
      warning: "be ware of it",
    });
  });

  it("reads dictionary peers, IPv6 too, and leaves out names and impossible ports", () => {
    const peers = [
      { ip: "1.2.3.4", port: 1, "peer id": new Uint8Array(20) },
      { ip: "2001:DB8::0:1", port: 2 },
      { ip: "tracker.example", port: 3 },
      { ip: "1.2.3.4", port: 0 },
      { ip: "1.2.3.4", port: 70_000 },
      { port: 5 },
    ];
    expect(decodeAnnounceReply(encode({ interval: 60, peers })).peers).toEqual([
      { ip: "1.2.3.4", port: 1 },
      { ip: "2001:db8::1", port: 2 },
    ]);
  });

  it("reads numbers that the tracker wrote as text", () => {
    const peers = [{ ip: " 1.2.3.4", port: "6881" }];
    const reply = decodeAnnounceReply(
      encode({ complete: "5", downloaded: "7", incomplete: " 6", interval: "1800", "min interval": "900", peers }),
    );
    expect(reply).toEqual({
      peers: [{ ip: "1.2.3.4", port: 6881 }],
      interval: 1800,
      minInterval: 900,
      seeders: 5,
      leechers: 6,
      completed: 7,
    });
  });

  const one = [{ ip: "10.0.0.1", port: 6881 }];
  it.each<[string, Parameters<typeof encode>[0], unknown]>([
    [
      "an interval that is text",
      { interval: "soon", peers: PEER4 },
      { peers: one, interval: DEFAULT_INTERVAL_SECONDS },
    ],
    ["an interval that is a list", { interval: [5], peers: PEER4 }, { peers: one, interval: DEFAULT_INTERVAL_SECONDS }],
    [
      "an interval with a fraction",
      { interval: "1.5", peers: PEER4 },
      { peers: one, interval: DEFAULT_INTERVAL_SECONDS },
    ],
    [
      "a minimum interval of a wrong type",
      { interval: 9, "min interval": {}, peers: PEER4 },
      { peers: one, interval: 9 },
    ],
    ["peers6 of a wrong type", { interval: 9, peers: PEER4, peers6: 5 }, { peers: one, interval: 9 }],
    [
      "peers of a wrong type beside peers6",
      { interval: 9, peers: 5, peers6: PEER6 },
      { peers: [{ ip: "2001:db8::1", port: 80 }], interval: 9 },
    ],
    [
      "peers6 that is a list of dictionaries",
      { interval: 9, peers6: [{ ip: "2001:db8::1", port: 80 }] },
      { peers: [{ ip: "2001:db8::1", port: 80 }], interval: 9 },
    ],
    [
      "a peer of a wrong type among others",
      { interval: 9, peers: ["a", 5, [], { ip: "10.0.0.1", port: 6881 }] },
      { peers: one, interval: 9 },
    ],
    [
      "a compact list that ends within a peer",
      { interval: 9, peers: Uint8Array.of(...PEER4, 1, 2) },
      { peers: one, interval: 9 },
    ],
    [
      "a warning and an external address of a wrong type",
      { "external ip": [], interval: 9, peers: PEER4, "warning message": [] },
      { peers: one, interval: 9 },
    ],
  ])("keeps the other fields beside %s", (_name, fields, expected) => {
    expect(decodeAnnounceReply(encode(fields))).toEqual(expected);
  });

  it("leaves out compact peers with port 0", () => {
    expect(decodeAnnounceReply(encode({ interval: 60, peers: Uint8Array.of(1, 2, 3, 4, 0, 0) })).peers).toEqual([]);
  });

  it("accepts an empty list, and uses the default without an interval", () => {
    expect(decodeAnnounceReply(utf8("d5:peers0:e"))).toEqual({ peers: [], interval: DEFAULT_INTERVAL_SECONDS });
  });

  it("returns a negative interval as 0 and a huge one as the largest number", () => {
    expect(decodeAnnounceReply(utf8("d8:intervali-5e5:peers0:e")).interval).toBe(0);
    expect(decodeAnnounceReply(utf8("d8:intervali99999999999999999999e5:peers0:e")).interval).toBe(
      Number.MAX_SAFE_INTEGER,
    );
  });

  it("leaves out invalid figures and texts", () => {
    const long = new Uint8Array(MAX_TRACKER_ID_BYTES + 1);
    expect(
      decodeAnnounceReply(
        encode({
          complete: -1,
          incomplete: "x",
          "external ip": "1.2.3.4",
          interval: 9,
          peers: "",
          "tracker id": long,
          "warning message": 5,
        }),
      ),
    ).toEqual({
      peers: [],
      interval: 9,
    });
  });

  it(`takes at most ${MAX_REPLY_PEERS} peers`, () => {
    const many = new Uint8Array(6 * (MAX_REPLY_PEERS + 5)).fill(9);
    expect(decodeAnnounceReply(encode({ interval: 9, peers: many, peers6: PEER6 })).peers).toHaveLength(
      MAX_REPLY_PEERS,
    );
    const list = Array.from({ length: MAX_REPLY_PEERS + 5 }, () => ({ ip: "1.2.3.4", port: 5 }));
    expect(decodeAnnounceReply(encode({ interval: 9, peers: list })).peers).toHaveLength(MAX_REPLY_PEERS);
  });

  it.each([
    ["a failure", encodeFailure("go\naway"), "tracker.failure", "the tracker refuses: go away"],
    ["a failure without text", utf8("d14:failure reasoni5ee"), "tracker.failure", "no reason given"],
    ["nothing", new Uint8Array(0), "tracker.empty", "empty"],
    [
      "a web page",
      utf8("\n<!DOCTYPE html><html><head><title>Buy this\n domain</title>"),
      "tracker.html",
      "web page: “Buy this domain”",
    ],
    ["a page without title", utf8("<html><body><h1>Not <b>Found</b></h1>"), "tracker.html", "“Not Found”"],
    ["text", utf8("Internal\u001b[31m error\n"), "tracker.malformed", "“Internal [31m error”"],
    ["a cut reply", utf8("d8:intervali9e5:peers6:abc"), "tracker.malformed", "is malformed"],
    ["a list", utf8("le"), "tracker.malformed", "not a dictionary"],
    ["a foreign dictionary", utf8("d1:a1:be"), "tracker.malformed", "neither"],
    ["peers of a wrong type alone", utf8("d5:peersi5ee"), "tracker.malformed", "“peers”"],
    ["peers and an interval of a wrong type", utf8("d8:interval4:soon5:peersi5ee"), "tracker.malformed", "“interval”"],
    ["deep nesting", utf8("l".repeat(5_000)), "tracker.malformed", "is malformed"],
  ])("refuses %s", (_name, body, code, text) => {
    const error = failure(body);
    expect(error.code).toBe(code);
    expect(error.message).toContain(text);
    expect(error.message).not.toMatch(/[\p{Cc}]/u);
  });

  it(`shows at most ${MAX_EXCERPT} characters of an invalid reply, and no half character`, () => {
    const { message } = failure(utf8("😀".repeat(100_000)));
    expect(message.length).toBeLessThan(2 * MAX_EXCERPT + 100);
    expect(message).not.toContain("\uFFFD");
    expect(encodeURIComponent(message)).toContain("%F0%9F%98%80");
  });

  it.each([
    ["minutes as text", "5", 300_000],
    ["minutes as a number", 5, 300_000],
    ["never", "never", Number.POSITIVE_INFINITY],
    ["centuries", 99_999_999, RETRY_IN_MAX_MS],
    ["nonsense", "soon", undefined],
    ["a negative number", -3, undefined],
  ])("reads retry in: %s (BEP 31)", (_name, value, expected) => {
    expect(failure(encode({ "failure reason": "busy", "retry in": value })).retryInMs).toBe(expected);
  });
});

describe("encodeCompactReply", () => {
  const fields = {
    interval: 1800,
    minInterval: 900,
    seeders: 1,
    leechers: 2,
    completed: 3,
    externalIp: Uint8Array.of(9, 9, 9, 9),
  };

  it("is canonical bencode that the decoder reads back", () => {
    const bytes = encodeCompactReply({ ...fields, peers4: PEER4, peers6: PEER6 });
    expect(new Uint8Array(bytes)).toEqual(
      encode({
        complete: 1,
        downloaded: 3,
        "external ip": fields.externalIp,
        incomplete: 2,
        interval: 1800,
        "min interval": 900,
        peers: PEER4,
        peers6: PEER6,
      }),
    );
    expect(decodeAnnounceReply(bytes).peers).toHaveLength(2);
  });

  it("has no peers6 when there are none", () => {
    expect(
      new TextDecoder().decode(encodeCompactReply({ ...fields, peers4: new Uint8Array(0), peers6: new Uint8Array(0) })),
    ).toMatch(/5:peers0:e$/);
  });
});

describe("encodeDictionaryReply", () => {
  it("lists each peer, with its id on request", () => {
    const fields = {
      interval: 1,
      minInterval: 1,
      seeders: 1,
      leechers: 2,
      completed: 3,
      externalIp: Uint8Array.of(9, 9, 9, 9),
      peers4: PEER4,
      peers6: PEER6,
    };
    const withIds = encodeDictionaryReply(fields, {
      peerIds4: new Uint8Array(20).fill(0x41),
      peerIds6: new Uint8Array(20).fill(0x42),
    });
    const text = new TextDecoder().decode(withIds);
    expect(text).toContain(`d2:ip8:10.0.0.17:peer id20:${"A".repeat(20)}4:porti6881ee`);
    expect(text).toContain(`d2:ip11:2001:db8::17:peer id20:${"B".repeat(20)}4:porti80ee`);
    expect(new TextDecoder().decode(encodeDictionaryReply(fields))).not.toContain("peer id");
    expect(decodeAnnounceReply(withIds).peers).toHaveLength(2);
  });
});

describe("decodeScrapeReply", () => {
  const key = "\u00e9".repeat(20);

  it("reads what encodeScrapeReply writes", () => {
    const entry = { seeders: 1, leechers: 2, completed: 3 };
    expect(decodeScrapeReply(encodeScrapeReply([[key, entry]]))).toEqual(new Map([["e9".repeat(20), entry]]));
  });

  it("reads figures that the tracker wrote as text", () => {
    const files = { ["y".repeat(20)]: { complete: "3", downloaded: " 4 ", incomplete: "-1" } };
    expect(decodeScrapeReply(encode({ files }))).toEqual(
      new Map([["79".repeat(20), { seeders: 3, leechers: 0, completed: 4 }]]),
    );
  });

  it("leaves out invalid info-hashes, and returns missing figures as 0", () => {
    expect(
      decodeScrapeReply(
        encode({
          files: { short: { complete: 1 }, ["x".repeat(20)]: { complete: -1, downloaded: "?" }, ["y".repeat(20)]: 5 },
        }),
      ),
    ).toEqual(new Map([["78".repeat(20), { seeders: 0, leechers: 0, completed: 0 }]]));
  });

  it("refuses a reply without files, with the tracker's reason", () => {
    expect(() => decodeScrapeReply(utf8("de"))).toThrow(
      expect.objectContaining({ code: "tracker.malformed" }) as Error,
    );
    expect(() => decodeScrapeReply(encodeFailure("no"))).toThrow(
      expect.objectContaining({ code: "tracker.failure" }) as Error,
    );
  });
});
