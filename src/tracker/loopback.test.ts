import { afterEach, describe, expect, it } from "vitest";
import { InfoHash, PeerId } from "../base/index.ts";
import { nodeRuntime } from "../runtime/node/index.ts";
import { INFO_HASH, PEER_ID } from "../../test/support/tracker-fakes.ts";
import type { AnnounceRequest, TrackerAddresses, TrackerServerOptions } from "./index.ts";
import { announce, scrape, TrackerServer, TrackerSession, UdpTrackers } from "./index.ts";

const runtime = nodeRuntime();
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function serve(
  ip: string,
  options: TrackerServerOptions = {},
): Promise<{ server: TrackerServer; addresses: TrackerAddresses }> {
  const server = new TrackerServer(runtime, { http: { ip, port: 0 }, udp: { ip, port: 0 }, ...options });
  closing.push(() => server.close());
  return { server, addresses: await server.listen() };
}

function request(url: string, port: number, more: Partial<AnnounceRequest> = {}): AnnounceRequest {
  return { url, infoHash: INFO_HASH, peerId: PEER_ID, port, uploaded: 0, downloaded: 0, left: 5, ...more };
}

describe.each([
  ["127.0.0.1", "127.0.0.1"],
  ["::1", "[::1]"],
])("client and server on %s", (ip, host) => {
  it.each(["http", "udp"] as const)("exchange over %s: started, peers, completed, scrape, stopped", async (scheme) => {
    const { server, addresses } = await serve(ip);
    const url = `${scheme}://${host}:${addresses[scheme]?.port}/announce`;
    expect((await announce(runtime, request(url, 1001, { event: "started" }))).peers).toEqual([]);
    const reply = await announce(runtime, request(url, 1002, { event: "started", left: 0 }));
    expect(reply).toMatchObject({ peers: [{ ip, port: 1001 }], interval: 1800, seeders: 1, leechers: 1 });
    await announce(runtime, request(url, 1001, { event: "completed", left: 0 }));
    const unknown = InfoHash.fromBytes(new Uint8Array(20));
    const [known, other] = await scrape(runtime, url, [INFO_HASH, unknown]);
    expect(known).toEqual({ seeders: 2, leechers: 0, completed: 1 });
    expect(other).toEqual(scheme === "http" ? undefined : { seeders: 0, leechers: 0, completed: 0 });
    await announce(runtime, request(url, 1001, { event: "stopped" }));
    await announce(runtime, request(url, 1002, { event: "stopped" }));
    expect(server.stats()).toMatchObject({
      seeders: 0,
      leechers: 0,
      completed: 1,
      [scheme]: { announces: 5, scrapes: 1, refused: 0 },
    });
  });
});

describe("TrackerServer on ::", () => {
  it("serves both families on one port each, over HTTP and UDP", async () => {
    const { addresses } = await serve("::");
    for (const scheme of ["http", "udp"] as const) {
      const port = addresses[scheme]?.port;
      await announce(runtime, request(`${scheme}://127.0.0.1:${port}/announce`, 1));
      const reply = await announce(runtime, request(`${scheme}://[::1]:${port}/announce`, 2));
      expect(reply.leechers).toBe(2);
    }
  });
});

describe("TrackerServer", () => {
  it("carries headers, passkeys and a v2 info-hash", async () => {
    const { addresses } = await serve("127.0.0.1");
    const infoHash = InfoHash.fromBytes(new Uint8Array(32).fill(200));
    const url = `http://127.0.0.1:${addresses.http?.port}/key/announce?x=1`;
    await announce(
      runtime,
      request(url, 5, { infoHash, headers: { "x-test": "1" }, userAgent: "millrace/test", key: 5 }),
    );
    expect(await scrape(runtime, url, [infoHash])).toEqual([{ seeders: 0, leechers: 1, completed: 0 }]);
  });

  it("shows its figures on /stats.json", async () => {
    const { addresses } = await serve("127.0.0.1");
    await announce(runtime, request(`udp://127.0.0.1:${addresses.udp?.port}`, 5));
    const reply = await runtime.http.get({
      url: `http://127.0.0.1:${addresses.http?.port}/stats.json`,
      maxBytes: 10_000,
      firstByteTimeoutMs: 5_000,
      totalTimeoutMs: 5_000,
      maxRedirects: 0,
    });
    expect(JSON.parse(new TextDecoder().decode(reply.body))).toMatchObject({
      torrents: 1,
      leechers: 1,
      udp: { connects: 1, announces: 1 },
    });
  });

  it("rejects with the address that is in use, and leaves nothing open", async () => {
    const { addresses } = await serve("127.0.0.1");
    const second = new TrackerServer(runtime, {
      udp: { ip: "127.0.0.1", port: 0 },
      http: { ip: "127.0.0.1", port: addresses.http?.port ?? 0 },
    });
    await expect(second.listen()).rejects.toMatchObject({ code: "net.address-in-use" });
    await expect(second.listen()).rejects.toMatchObject({ code: "tracker.server-state" });
  });

  it("rejects invalid options", () => {
    const make = (options: TrackerServerOptions) => () => new TrackerServer(runtime, options);
    for (const options of [{}, { intervalSeconds: 0 }, { maxNumWant: -1 }, { maxTorrents: 1.5 }]) {
      expect(
        make(
          options === undefined || Object.keys(options).length === 0
            ? options
            : { ...options, http: { ip: "::1", port: 0 } },
        ),
      ).toThrow(expect.objectContaining({ code: "tracker.server-options" }) as Error);
    }
  });
});

describe("TrackerSession with a real server", () => {
  it("finds peers over HTTP and UDP at once, and is removed when it stops", async () => {
    const { server, addresses } = await serve("127.0.0.1");
    const http = `http://127.0.0.1:${addresses.http?.port}/announce`;
    const udp = `udp://127.0.0.1:${addresses.udp?.port}/announce`;
    const other = PeerId.fromBytes(new Uint8Array(20).fill(66));
    await announce(runtime, request(http, 1001, { peerId: other }));
    const found = new Map<string, number>();
    const sockets = new UdpTrackers(runtime);
    closing.push(() => sockets.close());
    await new Promise<void>((resolve) => {
      const session = new TrackerSession(runtime, {
        tiers: [[http], [udp]],
        infoHash: INFO_HASH,
        peerId: PEER_ID,
        key: 1,
        port: () => 1002,
        stats: () => ({ uploaded: 0, downloaded: 0, left: 1 }),
        numWant: () => 50,
        userAgent: "millrace/test",
        udp: sockets,
        onPeers: (peers, source) => {
          found.set(source, peers.find((peer) => peer.port === 1001)?.port ?? 0);
          if (found.size === 2) resolve();
        },
      });
      closing.push(() => session.close());
      closing.unshift(async () => {
        await session.stop();
        expect(server.stats().leechers).toBe(1);
      });
      session.start();
    });
    expect(found).toEqual(
      new Map([
        [http, 1001],
        [udp, 1001],
      ]),
    );
  });
});
