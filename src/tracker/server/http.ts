import { canonicalIp, ipScope } from "../../base/index.ts";
import type { HttpServerReply, HttpServerRequest } from "../../runtime/index.ts";
import {
  encodeCompactReply,
  encodeDictionaryReply,
  encodeFailure,
  encodeScrapeReply,
  parseAnnounceQuery,
  parseScrapeQuery,
} from "../codec/index.ts";
import type { ScrapeEntry } from "../codec/index.ts";
import type { ProtocolCounts, TrackerServerOptions, TrackerStats } from "./options.ts";
import { AddressPacker } from "./pack-address.ts";
import type { Registry } from "./registry.ts";
import { statsPage } from "./stats-page.ts";

const BENCODE_HEADERS = { "content-type": "text/plain", "cache-control": "no-store" };
const TEXT_HEADERS = { "content-type": "text/plain; charset=utf-8" };
const PAGE_HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
  "x-content-type-options": "nosniff",
};
const JSON_HEADERS = { "content-type": "application/json", "cache-control": "no-store" };

/** The HTTP part of the server (BEP 3, 7, 23, 24, 48): returns the reply to each request. No I/O. */
export class HttpTracker {
  readonly counts: ProtocolCounts = { announces: 0, scrapes: 0, refused: 0 };
  readonly #registry: Registry;
  readonly #options: TrackerServerOptions;
  readonly #stats: () => TrackerStats;
  readonly #address = new AddressPacker();

  constructor(registry: Registry, options: TrackerServerOptions, stats: () => TrackerStats) {
    this.#registry = registry;
    this.#options = options;
    this.#stats = stats;
  }

  /** Returns the reply to a request. The path only has to end in `/announce` or `/scrape`: a passkey may precede it. */
  respond(request: HttpServerRequest): HttpServerReply {
    if (request.method !== "GET" && request.method !== "HEAD")
      return { status: 405, headers: { ...TEXT_HEADERS, allow: "GET, HEAD" }, body: "Only GET.\n" };
    const { target } = request;
    const mark = target.indexOf("?");
    const pathEnd = mark < 0 ? target.length : mark;
    if (target.endsWith("/announce", pathEnd)) return this.#announce(request, pathEnd + 1);
    if (target.endsWith("/scrape", pathEnd)) return this.#scrape(target, pathEnd + 1);
    switch (target.slice(0, pathEnd)) {
      case "/stats":
        return {
          status: 200,
          headers: PAGE_HEADERS,
          body: statsPage(this.#options.name ?? "Millrace tracker", this.#stats()),
        };
      case "/stats.json":
        return { status: 200, headers: JSON_HEADERS, body: `${JSON.stringify(this.#stats())}\n` };
      case "/":
        return { status: 302, headers: { ...TEXT_HEADERS, location: "/stats" }, body: "See /stats.\n" };
      default:
        return {
          status: 404,
          headers: TEXT_HEADERS,
          body: "Not found. Trackers have /announce, /scrape and /stats.\n",
        };
    }
  }

  #announce(request: HttpServerRequest, queryFrom: number): HttpServerReply {
    const query = parseAnnounceQuery(request.target, queryFrom);
    if (typeof query === "string") return this.#refuse(query);
    const ip =
      query.ip !== undefined && this.#options.trustIp === true
        ? trustedIp(request.remote.ip, query.ip)
        : request.remote.ip;
    const address = this.#address;
    if (!address.pack(ip, query.port)) return this.#refuse("your address is not known");
    const withPeerIds = !query.compact && !query.noPeerId;
    const reply = this.#registry.announce({
      infoHash: query.infoHash,
      family: address.family,
      compact: address.compact,
      peerId: query.peerId,
      isSeeder: query.isSeeder,
      event: query.event,
      numWant: query.numWant,
      bothFamilies: true,
      withPeerIds,
      space: Number.POSITIVE_INFINITY,
    });
    if (typeof reply === "string") return this.#refuse(reply);
    this.counts.announces++;
    const fields = {
      interval: this.#registry.intervalSeconds,
      minInterval: this.#registry.minIntervalSeconds,
      seeders: reply.seeders,
      leechers: reply.leechers,
      completed: reply.completed,
      peers4: reply.peers4,
      peers6: reply.peers6,
      externalIp: address.ip,
    };
    return {
      status: 200,
      headers: BENCODE_HEADERS,
      body: query.compact ? encodeCompactReply(fields) : encodeDictionaryReply(fields, withPeerIds ? reply : undefined),
    };
  }

  #scrape(target: string, queryFrom: number): HttpServerReply {
    const hashes = parseScrapeQuery(target, queryFrom);
    if (hashes.length === 0 && this.#options.fullScrape !== true)
      return this.#refuse("a scrape of this tracker must name its torrents");
    this.counts.scrapes++;
    return {
      status: 200,
      headers: BENCODE_HEADERS,
      body: encodeScrapeReply(hashes.length === 0 ? this.#registry.all() : this.#known(hashes)),
    };
  }

  *#known(hashes: readonly string[]): Generator<[string, ScrapeEntry], void, undefined> {
    for (const hash of hashes) {
      const entry = this.#registry.scrape(hash);
      if (entry !== undefined) yield [hash, entry];
    }
  }

  /** Returns a refusal. Its status is 200, because old clients read the reason only then. */
  #refuse(reason: string): HttpServerReply {
    this.counts.refused++;
    return { status: 200, headers: BENCODE_HEADERS, body: encodeFailure(reason) };
  }
}

/**
 * Returns the IP address of a client: that of the parameter `ip` when the request comes from a loopback or private
 * address (a proxy), else the address of the connection.
 */
function trustedIp(remote: string, claimed: string): string {
  const scope = ipScope(remote);
  return scope === "loopback" || scope === "private" ? (canonicalIp(claimed) ?? remote) : remote;
}
