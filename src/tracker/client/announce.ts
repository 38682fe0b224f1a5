import type { InfoHash } from "../../base/index.ts";
import { throwIfAborted } from "../../base/index.ts";
import type { AnnounceReply, ScrapeEntry } from "../codec/index.ts";
import { trackerProtocol } from "../codec/index.ts";
import { httpAnnounce, httpScrape } from "./http.ts";
import type { AnnounceRequest, ReachOptions, TrackerHost } from "./request.ts";
import { UdpTrackers } from "./udp-trackers.ts";

/**
 * Announces once to an HTTP(S) or UDP tracker. {@link TrackerSession} makes all announces of a torrent.
 *
 * Rejects with TrackerError (`tracker.*`: `url`, `failure`, `malformed`, `html`, `empty`, `http-status`, `timeout`,
 * `refused`, `unknown-host`, `too-long`, `redirects`, `forbidden`, `tls`, `failed`) or AbortError.
 *
 * @param udp Its sockets and connection ids are used for a UDP tracker; without it a socket is opened and closed for
 *   this announce.
 */
export async function announce(
  host: TrackerHost,
  request: AnnounceRequest,
  signal?: AbortSignal,
  udp?: UdpTrackers,
): Promise<AnnounceReply> {
  throwIfAborted(signal);
  if (trackerProtocol(request.url) === "http") return httpAnnounce(host, request, signal);
  return withUdp(host, udp, (trackers) => trackers.announce(request, signal));
}

/**
 * Scrapes a tracker: resolves to the counts of seeders, leechers and downloads of torrents, without joining their
 * swarms (BEP 48, BEP 15). There is one entry for each torrent, in the order of the request; `undefined` for a torrent
 * that the tracker does not have (a UDP tracker sends zeros instead). At most 64 torrents over HTTP, 74 over UDP.
 * Rejects with the errors of {@link announce}, and with `tracker.no-scrape`, `tracker.scrape-count`.
 */
export async function scrape(
  host: TrackerHost,
  url: string,
  infoHashes: readonly InfoHash[],
  reach: ReachOptions = {},
  signal?: AbortSignal,
  udp?: UdpTrackers,
): Promise<(ScrapeEntry | undefined)[]> {
  throwIfAborted(signal);
  if (trackerProtocol(url) === "http") return httpScrape(host, url, infoHashes, reach, signal);
  return withUdp(host, udp, (trackers) => trackers.scrape(url, infoHashes, reach, signal));
}

async function withUdp<T>(
  host: TrackerHost,
  given: UdpTrackers | undefined,
  use: (trackers: UdpTrackers) => Promise<T>,
): Promise<T> {
  if (given !== undefined) return use(given);
  const own = new UdpTrackers(host);
  try {
    return await use(own);
  } finally {
    await own.close();
  }
}
