import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TrackerError, utf8 } from "../src/base/index.ts";
import type { BInput } from "../src/bencode/index.ts";
import { encode } from "../src/bencode/index.ts";
import * as tracker from "../src/tracker/index.ts";
import { HttpTracker } from "../src/tracker/server/http.ts";
import { ConnectionIdMint } from "../src/tracker/server/connection-id.ts";
import { Registry } from "../src/tracker/server/registry.ts";
import { UdpTracker } from "../src/tracker/server/udp.ts";
import { FakeHost, INFO_HASH, PEER_ID } from "../test/support/tracker-fakes.ts";

const RUNS = { numRuns: 1_500 };

/** The fault in the result of `run`: any input must lead to a value, or to a TrackerError of one clean line. */
function fault(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (!(error instanceof TrackerError)) return `threw ${String(error)}`;
    if (/[\p{Cc}\u202a-\u202e]/u.test(error.message)) return `control characters in ${JSON.stringify(error.message)}`;
    return error.message.length < 1_000 ? undefined : "the message is too long";
  }
}

const bytes = fc.uint8Array({ maxLength: 200 });
const scalar: fc.Arbitrary<BInput> = fc.oneof(fc.maxSafeInteger(), fc.bigInt(), fc.string(), bytes);
const peer: fc.Arbitrary<BInput> = fc.oneof(scalar, fc.dictionary(fc.constantFrom("ip", "port", "peer id"), scalar));
const value: fc.Arbitrary<BInput> = fc.oneof(
  scalar,
  fc.array(peer, { maxLength: 5 }),
  fc.dictionary(fc.string({ unit: "binary-ascii", maxLength: 20 }), peer),
);
const KEYS = [
  "failure reason",
  "retry in",
  "warning message",
  "interval",
  "min interval",
  "tracker id",
  "complete",
  "incomplete",
  "downloaded",
  "peers",
  "peers6",
  "external ip",
  "files",
];
const reply = fc.dictionary(fc.constantFrom(...KEYS), value).map((dict) => encode(dict));
/** Replies that are nearly right: a few bytes changed, cut or added. */
const torn = fc
  .tuple(reply, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }), fc.nat(300))
  .map(([whole, changes, length]) => {
    const out = whole.slice(0, length);
    for (const [at, byte] of changes) if (out.length > 0) out[at % out.length] = byte;
    return out;
  });

describe("decoders of HTTP replies", () => {
  it.each([
    ["decodeAnnounceReply", tracker.decodeAnnounceReply],
    ["decodeScrapeReply", tracker.decodeScrapeReply],
  ])("%s: any bytes", (_name, decode) => {
    fc.assert(
      fc.property(fc.oneof(bytes, reply, torn, fc.string().map(utf8)), (input) => {
        expect(fault(() => decode(input))).toBeUndefined();
      }),
      RUNS,
    );
  });

  it("decodeAnnounceReply returns only valid numbers and dialable ports", () => {
    fc.assert(
      fc.property(reply, (input) => {
        expect(
          fault(() => {
            const { peers, interval, minInterval = 0, seeders = 0, leechers = 0 } = tracker.decodeAnnounceReply(input);
            for (const number of [interval, minInterval, seeders, leechers])
              if (!Number.isSafeInteger(number) || number < 0) throw new RangeError(`number ${number}`);
            for (const { port } of peers) if (!(port > 0 && port < 65_536)) throw new RangeError(`port ${port}`);
          }),
        ).toBeUndefined();
      }),
      RUNS,
    );
  });
});

describe("decoders of datagrams", () => {
  it.each([
    ["decodeUdpConnect", tracker.decodeUdpConnect],
    ["decodeUdpAnnounce over IPv4", (input: Uint8Array) => tracker.decodeUdpAnnounce(input, 4)],
    ["decodeUdpAnnounce over IPv6", (input: Uint8Array) => tracker.decodeUdpAnnounce(input, 6)],
    ["decodeUdpScrape", (input: Uint8Array) => tracker.decodeUdpScrape(input, 3)],
    ["decodeUdpError", tracker.decodeUdpError],
    ["readUdpHeader", tracker.readUdpHeader],
    ["decodeUdpRequest", tracker.decodeUdpRequest],
    ["readUdpUrlData", tracker.readUdpUrlData],
  ])("%s: any bytes", (_name, decode) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (input) => {
        expect(fault(() => decode(input))).toBeUndefined();
      }),
      RUNS,
    );
  });
});

describe("addresses", () => {
  const url = fc.oneof(
    fc.webUrl({ withQueryParameters: true, withFragments: true }),
    fc.string(),
    fc.string().map((text) => `udp://${text}:80/${text}`),
  );

  it("any text is the URL of a tracker or a TrackerError", () => {
    fc.assert(
      fc.property(url, (text) => {
        for (const run of [tracker.trackerProtocol, tracker.parseUdpUrl, tracker.scrapeUrl])
          expect(fault(() => run(text))).toBeUndefined();
        expect(fault(() => tracker.httpScrapeUrl(text, [INFO_HASH]))).toBeUndefined();
      }),
      RUNS,
    );
  });

  it("announceUrl keeps the parts of the tracker's URL", () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true }), (text) => {
        const out = new URL(
          tracker.announceUrl(text, {
            infoHash: INFO_HASH,
            peerId: PEER_ID,
            port: 1,
            uploaded: 0,
            downloaded: 0,
            left: 0,
          }),
        );
        expect(`${out.origin}${out.pathname}`).toBe(`${new URL(text).origin}${new URL(text).pathname}`);
        expect(out.search.startsWith(new URL(text).search)).toBe(true);
      }),
      RUNS,
    );
  });
});

describe("the server", () => {
  const host = new FakeHost();
  const registry = new Registry(host, { fullScrape: true, trustIp: true });

  it("replies to any request target with a reply that can be parsed", () => {
    const http = new HttpTracker(registry, { fullScrape: true, trustIp: true }, () => ({
      uptimeSeconds: 0,
      ...registry.totals,
      http: http.counts,
      udp: { connects: 0, announces: 0, scrapes: 0, refused: 0 },
    }));
    const pair = fc.tuple(
      fc.constantFrom("info_hash", "peer_id", "port", "left", "numwant", "event", "compact", "ip", "x", ""),
      fc.oneof(fc.string(), fc.string({ minLength: 20, maxLength: 20, unit: "binary-ascii" }), fc.nat().map(String)),
    );
    const query = fc
      .array(pair, { maxLength: 12 })
      .map((pairs) => pairs.map(([name, text]) => `${name}=${text}`).join("&"));
    fc.assert(
      fc.property(
        fc.constantFrom("/announce", "/scrape", "/stats", ""),
        fc.oneof(query, fc.string()),
        fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()),
        (path, text, ip) => {
          const { status, body } = http.respond({
            method: "GET",
            target: `${path}?${text}`,
            headers: {},
            remote: { ip, port: 1 },
          });
          expect([200, 302, 404]).toContain(status);
          const decode = path === "/scrape" ? tracker.decodeScrapeReply : tracker.decodeAnnounceReply;
          expect(fault(() => (typeof body === "string" ? undefined : decode(body)))).toBeUndefined();
        },
      ),
      RUNS,
    );
  });

  it("replies to any datagram with a valid one, or does not reply", () => {
    const udp = new UdpTracker(registry, new ConnectionIdMint(host.clock, host.random));
    const from = { ip: "9.9.9.9", port: 1 };
    const id = tracker.decodeUdpConnect(udp.respond(tracker.encodeUdpConnect(1), from) ?? new Uint8Array(0)).slice();
    const tail = fc.tuple(fc.nat(4), fc.uint8Array({ maxLength: 150 }));
    fc.assert(
      fc.property(
        fc.oneof(
          bytes,
          tail.map(([action, rest]) => Uint8Array.of(...id, 0, 0, 0, action, ...rest)),
        ),
        (input) => {
          const answer = udp.respond(input, from);
          expect(answer === undefined || (tracker.readUdpHeader(answer)?.action ?? 9) <= 3).toBe(true);
        },
      ),
      RUNS,
    );
  });
});
