import { describe, expect, it } from "vitest";
import { FakeClock, FakeHost, INFO_HASH, PEER_ID, settle } from "../../test/support/tracker-fakes.ts";
import { ConnectionIdCache } from "./client/connection-ids.ts";
import * as limits from "./limits.ts";
import {
  announce,
  decodeAnnounceReply,
  decodeUdpConnect,
  encodeUdpAnnounce,
  encodeUdpConnect,
  percentEncode,
  scrape,
  TrackerServer,
} from "./index.ts";
import { HttpTracker } from "./server/http.ts";
import { Registry } from "./server/registry.ts";

const FIELDS = { infoHash: INFO_HASH, peerId: PEER_ID, port: 1, uploaded: 0, downloaded: 0, left: 5 };

describe("limits of the client", () => {
  it("bound every HTTP request: bytes, times, redirects", async () => {
    const host = new FakeHost();
    host.onHttp = () => new TextEncoder().encode("d5:peers0:e");
    await announce(host, { ...FIELDS, url: "http://t/announce" });
    expect(host.requests[0]).toMatchObject({
      maxBytes: limits.MAX_REPLY_BYTES,
      firstByteTimeoutMs: limits.FIRST_BYTE_TIMEOUT_MS,
      totalTimeoutMs: limits.HTTP_TOTAL_TIMEOUT_MS,
      maxRedirects: limits.MAX_REDIRECTS,
    });
  });

  it("double the UDP wait eight times at most (BEP 15)", async () => {
    const host = new FakeHost();
    const outcome = announce(host, {
      ...FIELDS,
      url: "udp://10.0.0.1:80",
      timeoutMs: 1_000_000,
      retransmitMs: 100,
    }).catch(() => undefined);
    await settle();
    const sentAt: number[] = [];
    for (let at = 0; at <= 1_000_000; at += 100) {
      while (sentAt.length < host.sent.length) sentAt.push(at);
      await host.clock.advance(100);
    }
    await outcome;
    const waits = sentAt.slice(1).map((at, index) => at - (sentAt[index] ?? 0));
    const longest = 100 * 2 ** limits.UDP_MAX_DOUBLINGS;
    expect(waits.slice(0, 12)).toEqual([
      100,
      200,
      400,
      800,
      1_600,
      3_200,
      6_400,
      12_800,
      longest,
      longest,
      longest,
      longest,
    ]);
  });

  it("bound the remembered connection ids; the oldest is dropped", () => {
    const cache = new ConnectionIdCache(new FakeClock());
    const at = (index: number): { ip: string; port: number } => ({ ip: "10.0.0.1", port: index + 1 });
    for (let index = 0; index <= limits.MAX_UDP_CONNECTIONS; index++) cache.set(at(index), new Uint8Array(8));
    expect(cache.size).toBe(limits.MAX_UDP_CONNECTIONS);
    expect([cache.get(at(0)), cache.get(at(1))]).toEqual([undefined, new Uint8Array(8)]);
  });

  it("bound the torrents of a scrape over UDP", async () => {
    const many = Array.from({ length: limits.MAX_UDP_SCRAPE_HASHES + 1 }, () => INFO_HASH);
    await expect(scrape(new FakeHost(), "udp://10.0.0.1:80", many)).rejects.toMatchObject({
      code: "tracker.scrape-count",
    });
    await expect(scrape(new FakeHost(), "udp://10.0.0.1:80", [])).rejects.toMatchObject({
      code: "tracker.scrape-count",
    });
  });
});

describe("limits of the server", () => {
  it("appear in replies: interval, peers by default and at most", () => {
    const registry = new Registry(new FakeHost(), {});
    const http = new HttpTracker(registry, {}, () => {
      throw new Error("not asked");
    });
    const ask = (port: number, more = ""): ReturnType<typeof decodeAnnounceReply> => {
      const target = `/announce?info_hash=${percentEncode(INFO_HASH.bytes)}&peer_id=${percentEncode(PEER_ID.bytes)}&port=${port}&left=1${more}`;
      const { body } = http.respond({ method: "GET", target, headers: {}, remote: { ip: "9.9.9.9", port: 1 } });
      return decodeAnnounceReply(typeof body === "string" ? new Uint8Array(0) : body);
    };
    for (let port = 1; port <= 300; port++) ask(port);
    expect(ask(1)).toMatchObject({
      interval: limits.SERVER_INTERVAL_SECONDS,
      minInterval: limits.SERVER_INTERVAL_SECONDS / 2,
    });
    expect(ask(1).peers).toHaveLength(limits.SERVER_DEFAULT_NUMWANT);
    expect(ask(1, "&numwant=9999").peers).toHaveLength(limits.SERVER_MAX_NUMWANT);
  });

  it("expire old peers, with one timer, and none after close", async () => {
    const host = new FakeHost();
    let ask: (bytes: Uint8Array) => void = () => undefined;
    const replies: Uint8Array[] = [];
    const from = { ip: "9.9.9.9", port: 5 };
    const server = new TrackerServer(
      {
        clock: host.clock,
        random: host.random,
        httpServers: host.httpServers,
        log: host.log,
        datagrams: {
          bind: (options) => {
            ask = (bytes) => options.onDatagram(bytes, from);
            return Promise.resolve({
              local: options,
              receiveBufferBytes: 0,
              send: (bytes) => void replies.push(bytes.slice()),
              close: () => Promise.resolve(),
            });
          },
        },
      },
      { udp: { ip: "127.0.0.1", port: 6969 } },
    );
    await server.listen();
    ask(encodeUdpConnect(1));
    ask(encodeUdpAnnounce(decodeUdpConnect(replies[0] ?? new Uint8Array(0)), 2, FIELDS));
    expect(server.stats().leechers).toBe(1);
    const expiry = limits.SERVER_INTERVAL_SECONDS * limits.SERVER_EXPIRY_INTERVALS * 1_000;
    await host.clock.advance(expiry);
    expect(server.stats().leechers).toBe(1);
    await host.clock.advance(limits.SERVER_SWEEP_MS + 1_000);
    expect(server.stats()).toMatchObject({ leechers: 0, torrents: 0 });
    expect(host.clock.pending).toBe(1);
    await server.close();
    expect(host.clock.pending).toBe(0);
  });

  it("allow many peers by default", () => {
    expect(limits.SERVER_MAX_PEERS).toBeGreaterThan(limits.SERVER_MAX_PEERS_PER_TORRENT);
    expect(20 + 6 * limits.SERVER_MAX_NUMWANT).toBeLessThan(1_472);
    expect(20 + 18 * limits.SERVER_MAX_NUMWANT_UDP6).toBeLessThan(1_452);
    expect(limits.SERVER_MAX_TORRENTS).toBeGreaterThan(0);
  });
});
