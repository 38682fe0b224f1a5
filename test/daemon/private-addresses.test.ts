import { createHash, randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { encode } from "../../src/bencode/index.ts";
import { TestDaemon } from "../support/daemon.ts";
import { eventually } from "../support/process.ts";

/** A server on this machine that must not be reachable from outside through the daemon. */
let hits: string[] = [];
const http = createServer((request, response) => {
  hits.push(`${request.headers.host ?? ""} ${request.url ?? ""}`);
  response.end("secret");
});
let udp = createSocket("udp4");
let httpPort = 0;
let udpPort = 0;

beforeEach(async () => {
  hits = [];
  http.listen(0, "::");
  await once(http, "listening");
  const address = http.address();
  httpPort = typeof address === "object" && address !== null ? address.port : 0;
  udp = createSocket("udp4");
  udp.on("message", () => hits.push("udp"));
  udp.bind(0, "127.0.0.1");
  await once(udp, "listening");
  udpPort = udp.address().port;
});

afterEach(async () => {
  udp.close();
  http.closeAllConnections();
  http.close();
  await once(http, "close");
});

/** Addresses of this machine and of private networks, in every spelling that some library accepts. */
const HOSTS = [
  "127.0.0.1",
  "127.1",
  "127.255.255.254",
  "localhost",
  "LOCALHOST.",
  "0.0.0.0",
  "0",
  "2130706433",
  "0x7f000001",
  "0x7f.1",
  "0177.0.0.1",
  "017700000001",
  "[::1]",
  "[::]",
  "[0:0:0:0:0:0:0:1]",
  "[::ffff:127.0.0.1]",
  "[::ffff:7f00:1]",
  "[::127.0.0.1]",
  "[2002:7f00:1::]",
  "[64:ff9b::7f00:1]",
  "[fe80::1]",
  "[fc00::1]",
  "[fec0::1]",
  "10.0.0.1",
  "172.16.0.1",
  "192.168.1.1",
  "169.254.169.254",
  "100.64.0.1",
  "198.18.0.1",
  "224.0.0.1",
  "255.255.255.255",
  "[ff02::1]",
  "%31%32%37.0.0.1",
  "①②⑦.⓪.⓪.①",
];

function torrent(announce: readonly string[]): { readonly bytes: Uint8Array; readonly id: string } {
  const info = { length: 100, name: randomBytes(4).toString("hex"), "piece length": 16_384, pieces: randomBytes(20) };
  return {
    bytes: encode({ announce: announce[0] ?? "", "announce-list": announce.map((url) => [url]), info }),
    id: createHash("sha1").update(encode(info)).digest("hex"),
  };
}

describe("addresses that remote sources name", () => {
  it("are refused when they lead to this machine or into private networks: URLs of torrents", async () => {
    const daemon = await TestDaemon.start({ isStrict: true });
    expect(HOSTS.length).toBeGreaterThan(20);
    for (const host of HOSTS) {
      await expect(
        daemon.api("POST", "/torrents", { url: `http://${host}:${httpPort}/x.torrent` }),
        host,
      ).rejects.toThrow(/: (?:4\d\d|502) /);
    }
    expect(hits).toEqual([]);
    expect((await daemon.api<{ torrents: unknown[] }>("GET", "/torrents")).torrents).toEqual([]);
  });

  it("are refused when they lead to this machine or into private networks: trackers of torrents, of magnets, and later ones", async () => {
    const daemon = await TestDaemon.start({ isStrict: true });
    const urls = HOSTS.flatMap((host) => [
      `http://${host}:${httpPort}/announce`,
      `udp://${host}:${udpPort}/announce`,
    ]).filter((url) => URL.canParse(url));
    const { bytes, id } = torrent(urls);
    await daemon.add(bytes);
    const magnet = `magnet:?xt=urn:btih:${"cd".repeat(20)}${urls
      .slice(0, 20)
      .map((url) => `&tr=${encodeURIComponent(url)}`)
      .join("")}`;
    await daemon.api("POST", "/torrents", { url: magnet });
    const later = torrent(["http://127.0.0.1:1/announce"]);
    await daemon.add(later.bytes);
    await daemon.api("PUT", `/torrents/${later.id}/trackers`, { tiers: urls.slice(0, 10).map((url) => [url]) });
    for (const each of [id, "cd".repeat(20), later.id]) {
      await eventually("every tracker was tried, or refused", async () => {
        const trackers = await daemon.api<{ state: string; message: string }[]>("GET", `/torrents/${each}/trackers`);
        return trackers.length > 0 && trackers.every(({ state, message }) => state === "failed" && message !== "");
      });
    }
    expect(hits).toEqual([]);
  });

  it("are used when the configuration allows them", async () => {
    const daemon = await TestDaemon.start();
    await expect(daemon.api("POST", "/torrents", { url: `http://127.0.0.1:${httpPort}/x.torrent` })).rejects.toThrow(
      /: 4\d\d /,
    );
    expect(hits).toEqual([`127.0.0.1:${httpPort} /x.torrent`]);
  });
});
