import { withoutTrackerUrl, type TrackerStatus } from "../../../tracker/index.ts";
import type { EncryptionPolicy } from "../../../transport/index.ts";
import type { TorrentState } from "../state.ts";

/** The kinds of reasons why a download is not faster. */
export type BottleneckKind =
  | "disk-full"
  | "failed"
  | "disk"
  | "rate-limit"
  | "trackers"
  | "no-peers"
  | "blocked"
  | "encryption"
  | "bad-data"
  | "missing-pieces"
  | "choked"
  | "cpu"
  | "connections"
  | "peers";

/** The one reason why a download is not faster, and what the user can do about it. */
export interface Bottleneck {
  readonly kind: BottleneckKind;
  /** The reason as a sentence without its full stop. It may contain text of a tracker. */
  readonly message: string;
  /** What the user can do; `undefined` when only other peers can do something. */
  readonly advice: string | undefined;
}

/** The facts from which {@link findBottleneck} finds the reason. Rates are in bytes a second. */
export interface BottleneckFacts {
  readonly state: TorrentState;
  /** The number of connected peers. */
  readonly peers: number;
  /** The number of connected peers that have pieces which this client needs. */
  readonly useful: number;
  /** The number of useful peers that do not choke this client. */
  readonly unchoked: number;
  /** The number of known peers that are not connected. */
  readonly knownPeers: number;
  /** The number of known peers that are not dialed because the IP filter blocks them. */
  readonly blockedPeers: number;
  /** How connections are encrypted. */
  readonly encryption: EncryptionPolicy;
  /** The number of connections, since the last one that succeeded, that the policy may have made fail. */
  readonly encryptionRefusals: number;
  /** Whether no more connections may be opened. */
  readonly isFull: boolean;
  readonly trackers: readonly Pick<TrackerStatus, "url" | "state" | "message">[];
  /** Whether a rate limit has stopped the download within the last seconds. */
  readonly isRateLimited: boolean;
  /** Whether blocks are not requested because verified pieces wait for the disk. */
  readonly waitsForDisk: boolean;
  /** The number of bytes that were received, and of those the number that were invalid. */
  readonly received: number;
  readonly invalid: number;
  /** The share of the time in which the event loop was busy, 0 to 1; `undefined` when it is not measured. */
  readonly load: number | undefined;
}

/** The share of the time in which the event loop is busy from which on the processor is the reason. */
const FULL_LOAD = 0.9;
/** The share of the received bytes that were invalid from which on they are the reason, and the minimum number. */
const MUCH_INVALID = 0.1;
const MIN_INVALID = 1024 * 1024;

/**
 * Finds the one reason why a download is not faster: the first of those that would still hold if all later ones were
 * removed. Returns `undefined` for a torrent that does not download.
 */
export function findBottleneck(facts: BottleneckFacts): Bottleneck | undefined {
  const { state } = facts;
  if (state.kind === "disk-full")
    return reason("disk-full", "the disk is full", "free space on the disk: the torrent continues by itself");
  if (state.kind === "failed") return reason("failed", state.error.message, "remove the cause, then start the torrent");
  if (state.kind !== "downloading" && state.kind !== "fetching-metadata") return undefined;
  if (facts.waitsForDisk)
    return reason("disk", "the disk is slower than the peers", "use a faster disk, or let other programs use it less");
  if (facts.isRateLimited)
    return reason("rate-limit", "a download limit applies", "raise the limit of the torrent, or that of all torrents");
  return (
    withoutPeers(facts) ??
    withBadData(facts) ??
    withUselessPeers(facts) ??
    (facts.load !== undefined && facts.load >= FULL_LOAD
      ? reason("cpu", "the processor is busy", "stop other programs, or download fewer torrents at the same time")
      : (withFewConnections(facts) ?? reason("peers", "the connected peers send no faster", undefined)))
  );
}

function reason(kind: BottleneckKind, message: string, advice: string | undefined): Bottleneck {
  return { kind, message, advice };
}

/** Why peers may have refused connections, by the policy that made them fail. */
const REFUSED: Partial<Record<EncryptionPolicy, string>> = {
  required: "encryption is required, and the peers do not encrypt, or do not share this torrent",
  disabled: "encryption is disabled, and the peers may require it, or do not share this torrent",
};

function withRefusals({ encryption, encryptionRefusals }: BottleneckFacts): Bottleneck | undefined {
  const text = REFUSED[encryption];
  if (encryptionRefusals === 0 || text === undefined) return undefined;
  const number = encryptionRefusals === 1 ? "1 connection" : `${encryptionRefusals} connections`;
  return reason("encryption", `${number} failed: ${text}`, "set encryption to preferred (--encryption preferred)");
}

function withoutPeers(facts: BottleneckFacts): Bottleneck | undefined {
  const { peers, knownPeers, blockedPeers, trackers } = facts;
  if (peers > 0) return undefined;
  const refused = withRefusals(facts);
  if (refused !== undefined) return refused;
  if (knownPeers === 0 && blockedPeers > 0) {
    return reason(
      "blocked",
      blockedPeers === 1
        ? "the IP filter blocks the only known peer"
        : `the IP filter blocks all ${blockedPeers} known peers`,
      "use another IP filter, or none",
    );
  }
  if (knownPeers > 0) {
    return reason(
      "no-peers",
      knownPeers === 1
        ? "the only known peer cannot be reached"
        : `none of the ${knownPeers} known peers can be reached`,
      "check that no firewall blocks connections to other hosts; most peers behind a NAT can only connect to this client: forward its port",
    );
  }
  const failed = trackers.filter(({ state }) => state.kind === "failed");
  const [first] = failed;
  if (first !== undefined && failed.length === trackers.filter(({ state }) => state.kind !== "idle").length) {
    const others = failed.length === 1 ? "" : ` (and ${failed.length - 1} more)`;
    return reason(
      "trackers",
      `no tracker can be used: ${first.url}${others}: ${withoutTrackerUrl(first.message ?? "it failed", first.url)}`,
      "add a tracker or a peer that works, or let the torrent use the DHT",
    );
  }
  return reason("no-peers", "no peers were found", "add a tracker or a peer, or let the torrent use the DHT");
}

function withBadData({ received, invalid }: BottleneckFacts): Bottleneck | undefined {
  if (invalid < MIN_INVALID || invalid < MUCH_INVALID * received) return undefined;
  const share = Math.round((100 * invalid) / Math.max(1, received));
  return reason(
    "bad-data",
    `${share} % of the received data was invalid`,
    "wait: peers that send invalid data are banned. If it goes on, the torrent file does not belong to the data",
  );
}

function withUselessPeers({ state, peers, useful, unchoked }: BottleneckFacts): Bottleneck | undefined {
  if (state.kind === "fetching-metadata")
    return reason("missing-pieces", "no connected peer has sent the metadata yet", undefined);
  if (useful === 0)
    return reason(
      "missing-pieces",
      `no connected peer has a missing piece: ${peers} connected`,
      "wait for a peer that has them; a seed that is no longer online may come back",
    );
  if (unchoked === 0)
    return reason(
      "choked",
      useful === 1 ? "the only useful peer does not upload to this client now" : `all ${useful} useful peers choke`,
      "upload more: peers prefer those that upload to them",
    );
  return undefined;
}

function withFewConnections({ isFull, knownPeers, peers }: BottleneckFacts): Bottleneck | undefined {
  if (!isFull || knownPeers === 0) return undefined;
  return reason(
    "connections",
    `${peers} connections are the maximum, and ${knownPeers} more peers are known`,
    "raise the maximum number of connections",
  );
}
