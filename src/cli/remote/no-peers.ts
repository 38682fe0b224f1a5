import type { DhtInfo, TorrentDetail, TorrentTracker } from "../../api/index.ts";
import { withoutTrackerUrl } from "../../tracker/index.ts";
import { clean, count } from "../../terminal/index.ts";

/**
 * Returns the reason why a running torrent has no peers, as an escaped sentence; `undefined` when it has peers or does
 * not look for any. `dht` is the state of the daemon's DHT, if known.
 */
export function whyNoPeers(
  torrent: Pick<TorrentDetail, "state" | "peers" | "private" | "knownPeers" | "blockedPeers" | "bottleneck">,
  trackers: readonly Pick<TorrentTracker, "url" | "state" | "message">[],
  dht?: Pick<DhtInfo, "isEnabled" | "nodes">,
): string | undefined {
  const isLooking = ["downloading", "fetching-metadata", "seeding"].includes(torrent.state);
  if (torrent.peers > 0 || !isLooking) return undefined;
  // The line "slow because" has the reason.
  if (torrent.bottleneck?.kind === "encryption" || torrent.bottleneck?.kind === "blocked") return undefined;
  if (torrent.knownPeers === 0 && torrent.blockedPeers > 0)
    return `the IP filter blocks the ${count(torrent.blockedPeers, "known peer")}`;
  if (torrent.knownPeers > 0 && torrent.state === "seeding")
    return `no connection to the ${count(torrent.knownPeers, "known peer")}; seeds do not connect to other seeds`;
  if (torrent.knownPeers > 0) return `no connection to the ${count(torrent.knownPeers, "known peer")} yet`;
  const parts = [trackersPart(torrent, trackers)];
  if (dht?.isEnabled === true && !torrent.private)
    parts.push(dht.nodes === 0 ? "no DHT nodes reached" : "the DHT knows no peers yet");
  return parts.join("; ");
}

function trackersPart(
  torrent: Pick<TorrentDetail, "private">,
  trackers: readonly Pick<TorrentTracker, "url" | "state" | "message">[],
): string {
  const [first] = trackers;
  if (first === undefined)
    return torrent.private
      ? "the torrent is private and has no trackers; use `remote add-trackers` or `remote add-peers`"
      : "the torrent has no trackers; use `remote add-trackers` or `remote add-peers`";
  if (trackers.some(({ state }) => state === "working")) return "the trackers know no other peers";
  const failed = trackers.find(({ state }) => state === "failed");
  if (failed === undefined) return "the trackers have not replied yet";
  const reason = failed.message === "" ? "" : `: ${withoutTrackerUrl(failed.message, failed.url)}`;
  return clean(`no tracker works; ${failed.url}${reason}`);
}
