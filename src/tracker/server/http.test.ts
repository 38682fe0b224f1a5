import { describe, expect, it } from "vitest";
import { InfoHash, toHex, utf8Decode } from "../../base/index.ts";
import type { HttpServerReply } from "../../runtime/index.ts";
import { FakeHost, INFO_HASH } from "../../../test/support/tracker-fakes.ts";
import { decodeAnnounceReply, decodeScrapeReply, percentEncode } from "../codec/index.ts";
import { HttpTracker } from "./http.ts";
import type { TrackerServerOptions } from "./options.ts";
import { Registry } from "./registry.ts";

function tracker(options: TrackerServerOptions = {}): {
  get(target: string, ip?: string, method?: string): HttpServerReply;
  registry: Registry;
  host: FakeHost;
} {
  const host = new FakeHost();
  const registry = new Registry(host, options);
  const http = new HttpTracker(registry, options, () => ({
    uptimeSeconds: 90_061,
    ...registry.totals,
    http: http.counts,
    udp: { connects: 0, announces: 0, scrapes: 0, refused: 0 },
  }));
  return {
    get: (target, ip = "9.9.9.9", method = "GET") =>
      http.respond({ method, target, headers: {}, remote: { ip, port: 1 } }),
    registry,
    host,
  };
}

function bytes(reply: HttpServerReply): Uint8Array {
  if (typeof reply.body === "string") throw new Error(reply.body);
  return reply.body;
}

const HASH = percentEncode(INFO_HASH.bytes);
const announce = (port: number, more = ""): string =>
  `/announce?info_hash=${HASH}&peer_id=-MR0001-abcdefghijkl&port=${port}&uploaded=0&downloaded=0&left=1${more}`;

describe("HttpTracker", () => {
  it("returns the source address to other peers, loopback too, and to the client (BEP 24)", () => {
    const { get } = tracker();
    expect(decodeAnnounceReply(bytes(get(announce(5), "127.0.0.1")))).toEqual({
      peers: [],
      interval: 1800,
      minInterval: 900,
      seeders: 0,
      leechers: 1,
      completed: 0,
      externalIp: "127.0.0.1",
    });
    expect(decodeAnnounceReply(bytes(get(announce(6), "::1"))).peers).toEqual([{ ip: "127.0.0.1", port: 5 }]);
    expect(decodeAnnounceReply(bytes(get(announce(7), "9.9.9.9"))).peers).toEqual([
      { ip: "127.0.0.1", port: 5 },
      { ip: "::1", port: 6 },
    ]);
  });

  it("accepts ip= from private addresses only, and only with the option", () => {
    const seen = (options: TrackerServerOptions, remote: string): string | undefined =>
      decodeAnnounceReply(bytes(tracker(options).get(announce(5, "&ip=8.8.8.8"), remote))).externalIp;
    expect(seen({}, "127.0.0.1")).toBe("127.0.0.1");
    expect(seen({ trustIp: true }, "127.0.0.1")).toBe("8.8.8.8");
    expect(seen({ trustIp: true }, "192.168.1.9")).toBe("8.8.8.8");
    expect(seen({ trustIp: true }, "9.9.9.9")).toBe("9.9.9.9");
  });

  it("rejects an unspecified address", () => {
    const { get, registry } = tracker({ trustIp: true });
    for (const reply of [
      get(announce(5), "0.0.0.0"),
      get(announce(5), "::"),
      get(announce(5, "&ip=0.0.0.0"), "127.0.0.1"),
    ])
      expect(utf8Decode(bytes(reply))).toContain("your address is not known");
    expect(registry.totals).toMatchObject({ seeders: 0, leechers: 0 });
  });

  it("bounds numwant, and has a default", () => {
    const { get } = tracker({ maxNumWant: 10, defaultNumWant: 5 });
    for (let port = 1; port <= 30; port++) get(announce(port));
    const count = (more: string): number => decodeAnnounceReply(bytes(get(announce(1, more)))).peers.length;
    expect([count(""), count("&numwant=7"), count("&numwant=1000"), count("&numwant=0"), count("&numwant=-1")]).toEqual(
      [5, 7, 10, 0, 5],
    );
  });

  it("replies with dictionaries on request, with ids unless no_peer_id is set", () => {
    const { get } = tracker();
    get(announce(5));
    expect(utf8Decode(bytes(get(announce(6, "&compact=0"))))).toContain(
      "5:peersld2:ip7:9.9.9.97:peer id20:-MR0001-abcdefghijkl4:porti5eee",
    );
    expect(utf8Decode(bytes(get(announce(6, "&compact=0&no_peer_id=1"))))).toContain(
      "5:peersld2:ip7:9.9.9.94:porti5eee",
    );
    expect(utf8Decode(bytes(get(announce(6, "&compact=1"))))).toContain("5:peers6:");
  });

  it("serves paths with a passkey", () => {
    expect(decodeAnnounceReply(bytes(tracker().get(`/secret${announce(5)}`))).interval).toBe(1800);
  });

  it("replies to invalid requests with a reason and status 200", () => {
    const { get } = tracker({ allow: [InfoHash.fromBytes(new Uint8Array(20))] });
    expect(() => decodeAnnounceReply(bytes(get(announce(5))))).toThrow("does not serve that torrent");
    expect(() => decodeAnnounceReply(bytes(get("/announce")))).toThrow("info_hash is missing");
    expect(get("/announce").status).toBe(200);
    expect(() => decodeAnnounceReply(bytes(get("/scrape")))).toThrow("must name its torrents");
  });

  it("scrapes one, many, and all when allowed (BEP 48)", () => {
    const { get } = tracker({ fullScrape: true });
    get(announce(5));
    get(announce(6, "&left=0"));
    const entry = { seeders: 1, leechers: 1, completed: 0 };
    expect(decodeScrapeReply(bytes(get(`/scrape?info_hash=${HASH}&info_hash=${"x".repeat(20)}`)))).toEqual(
      new Map([[toHex(INFO_HASH.bytes), entry]]),
    );
    expect(decodeScrapeReply(bytes(get("/scrape")))).toEqual(new Map([[toHex(INFO_HASH.bytes), entry]]));
  });

  it("forgets peers after two intervals and a quarter", async () => {
    const { get, registry, host } = tracker({ intervalSeconds: 100 });
    get(announce(5));
    await host.clock.advance(225_000);
    registry.sweep();
    expect(registry.totals.leechers).toBe(1);
    await host.clock.advance(1_000);
    registry.sweep();
    expect(registry.totals.leechers).toBe(0);
  });

  it("serves a page without scripts, under any host name, and the same figures as JSON", () => {
    const { get } = tracker({ name: `<script>alert("x")</script>` });
    get(announce(5));
    const page = String(get("/stats").body);
    expect(page).not.toContain("<script");
    expect(page).toContain("&lt;script&gt;alert(&quot;x&quot;)");
    expect(page).toContain("1 d 01:01:01");
    expect(JSON.parse(String(get("/stats.json").body))).toMatchObject({
      torrents: 1,
      leechers: 1,
      http: { announces: 1 },
    });
  });

  it("replies to other methods and paths with their status", () => {
    const { get } = tracker();
    expect([get("/", "1.1.1.1", "POST").status, get("/nothing").status, get("/").status, get("").status]).toEqual([
      405, 404, 302, 404,
    ]);
  });
});
