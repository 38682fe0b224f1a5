import { toError, VERSION, type InfoHash } from "../../base/index.ts";
import type { HttpReply, Runtime } from "../../runtime/index.ts";
import { clean, count } from "../../terminal/index.ts";
import { announce } from "../../tracker/index.ts";
import { generatePeerId } from "../../wire/index.ts";
import { ok, problem, unknown, type Finding } from "./finding.ts";

/** The maximum time, in milliseconds, for a tracker to reply. */
const TRACKER_MS = 10_000;
/** The limits of a request whose reply is read for its time only. */
const PROBE = { maxBytes: 64 * 1024, firstByteTimeoutMs: TRACKER_MS, totalTimeoutMs: TRACKER_MS, maxRedirects: 2 };

/** The torrent of which the trackers are checked. */
export interface CheckedTorrent {
  readonly infoHash: InfoHash;
  readonly trackers: readonly string[];
}

/** Announces to each tracker of a torrent, and withdraws the announce. */
export async function checkTrackers(
  runtime: Runtime,
  { infoHash, trackers }: CheckedTorrent,
  port: number,
  signal: AbortSignal,
): Promise<Finding[]> {
  if (trackers.length === 0) return [unknown("the torrent has no trackers")];
  const peerId = generatePeerId(runtime.random);
  const ask = async (url: string): Promise<Finding> => {
    const request = {
      url,
      infoHash,
      peerId,
      port,
      uploaded: 0,
      downloaded: 0,
      left: 1,
      numWant: 20,
      userAgent: `Millrace/${VERSION}`,
      timeoutMs: TRACKER_MS,
      retransmitMs: TRACKER_MS / 4,
    };
    try {
      const { peers, seeders } = await announce(runtime, { ...request, event: "started" }, signal);
      await announce(runtime, { ...request, event: "stopped", numWant: 0 }, signal).catch(() => undefined);
      const seeds = seeders === undefined ? "" : `, ${count(seeders, "seed")}`;
      return ok(`${clean(url)}: ${peers.length === 0 ? "no peers" : count(peers.length, "peer")}${seeds}`);
    } catch (error) {
      signal.throwIfAborted();
      return problem(
        `${clean(url)}: ${clean(toError(error).message)}`,
        "if it stays so, the tracker is gone or blocked: remove it, and use another one or the DHT",
      );
    }
  };
  return Promise.all(trackers.map(ask));
}

/** Requests the time of the web servers of HTTP trackers. Servers that do not reply are left out. */
export async function serverTimes(
  { http, clock }: Pick<Runtime, "http" | "clock">,
  trackers: readonly string[],
  signal: AbortSignal,
): Promise<{ headers: HttpReply["headers"]; at: number; from: string }[]> {
  const origins = new Set(trackers.filter((url) => /^https?:/i.test(url)).map((url) => new URL(url).origin));
  const replies = await Promise.all(
    Array.from(origins).map(async (origin) => {
      try {
        const { headers } = await http.get({ ...PROBE, url: origin, signal });
        return [{ headers, at: clock.wallTime(), from: new URL(origin).host }];
      } catch {
        signal.throwIfAborted();
        return [];
      }
    }),
  );
  return replies.flat();
}
