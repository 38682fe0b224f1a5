import type { TrackerStatus } from "../../tracker/index.ts";
import type { EncryptionPolicy } from "../../transport/index.ts";
import type { DialOutcome } from "./dial-watch.ts";

/** The reason why a torrent has no peers. `key` stays the same while only numbers in the message change. */
export interface Stall {
  readonly code:
    | "waiting.no-source"
    | "waiting.encryption"
    | "waiting.blocked"
    | "waiting.peers"
    | "waiting.trackers"
    | "waiting.dht"
    | "waiting.lsd"
    | "waiting.interface";
  readonly key: string;
  readonly message: string;
}

/** The facts about a torrent that wants data and has no peers. */
export interface StallFacts {
  /** The peers that the user or the magnet link named, with the outcomes of connections to them. */
  readonly named: readonly { readonly peer: string; readonly outcome: DialOutcome }[];
  /** Whether trackers are used. It is `false` with `--no-trackers`. */
  readonly asksTrackers: boolean;
  readonly trackers: readonly Pick<TrackerStatus, "url" | "state" | "message" | "peersReceived">[];
  /** The number of nodes in the DHT routing tables; `undefined` when the torrent does not use the DHT. */
  readonly dhtNodes: number | undefined;
  /** Whether the client looks for peers in the local network. */
  readonly usesLsd: boolean;
  /** The number of known peers that are not connected. */
  readonly knownPeers: number;
  /** The number of known peers that are not dialed because the IP filter blocks them. */
  readonly blockedPeers: number;
  /** How connections are encrypted; `undefined` for the client's default. */
  readonly encryption: EncryptionPolicy | undefined;
  /** The number of connections that the encryption policy may have made fail. */
  readonly encryptionRefusals: number;
  /** The network interface that all traffic uses, while it is down; otherwise `undefined`. */
  readonly downInterface?: string | undefined;
  /** The number of milliseconds for which the torrent has had no peers. */
  readonly waitedMs: number;
}

/**
 * The time, in milliseconds, without peers before the reason is reported: longer than the time-out of a connection, so
 * that peers and trackers have had time to reply.
 */
const PATIENCE_MS = 10_000;
/**
 * The time, in milliseconds, without peers before a reason is looked for: by then, all sources of peers have been
 * started.
 */
const SETTLED_MS = 1_000;
/** The maximum number of peers named by the user that are listed in one line. */
const SHOWN_PEERS = 3;

/** Why peers may have refused connections, by the policy that made them fail. */
const REFUSED: Partial<Record<EncryptionPolicy, string>> = {
  required:
    "connections fail because encryption is required: the peers do not encrypt (try --encryption preferred), or do not share this torrent",
  disabled:
    "peers close connections that are not encrypted: they may require encryption (try --encryption preferred), or do not share this torrent",
};

interface Part {
  readonly key: string;
  readonly text: string;
  /** Whether a response may still arrive from this source of peers. */
  readonly isOpen: boolean;
}

/** Returns the reason why a torrent has no peers; `undefined` while the reason is unknown. */
export function stallReason(facts: StallFacts): Stall | undefined {
  if (facts.waitedMs < SETTLED_MS) return undefined;
  const { downInterface: down } = facts;
  if (down !== undefined) return { code: "waiting.interface", key: "interface", message: `no peers: ${down} is down` };
  if (facts.blockedPeers > 0 && facts.knownPeers === 0) return blocked(facts);
  const encryption = encryptionPart(facts);
  const peers = peersPart(facts, encryption !== undefined);
  const trackers = trackersPart(facts);
  const dht = dhtPart(facts, peers !== undefined || trackers !== undefined);
  const parts = [encryption, peers, trackers, dht]
    .filter((part) => part !== undefined)
    // Those peers can be reached.
    .filter(({ key }) => encryption === undefined || key !== "unreachable");
  if (parts.some((part) => part.isOpen) && facts.waitedMs < PATIENCE_MS) return undefined;
  if (parts.length === 0)
    return facts.knownPeers > 0 ? undefined : facts.usesLsd ? NONE_NEAR : noSource(facts.asksTrackers);
  return {
    code: encryption === undefined ? codeOf(peers, trackers) : "waiting.encryption",
    key: parts.map(({ key }) => key).join("+"),
    message: `no peers: ${parts.map(({ text }) => text).join("; ")}`,
  };
}

function codeOf(peers: Part | undefined, trackers: Part | undefined): Stall["code"] {
  if (peers !== undefined) return "waiting.peers";
  return trackers === undefined ? "waiting.dht" : "waiting.trackers";
}

function blocked({ named, blockedPeers }: StallFacts): Stall {
  const what = blockedPeers === 1 ? "the only known peer" : `all ${blockedPeers} known peers`;
  const address = named.length === 1 && blockedPeers === 1 ? ` (${named[0]?.peer})` : "";
  return { code: "waiting.blocked", key: "blocked", message: `no peers: the IP filter blocks ${what}${address}` };
}

/** The only source is the local network. */
const NONE_NEAR: Stall = {
  code: "waiting.lsd",
  key: "lsd",
  message: "no peers: none in the local network has announced the torrent yet",
};

function noSource(asksTrackers: boolean): Stall {
  const why = asksTrackers
    ? "the torrent has no tracker, the DHT and local discovery are not in use, and no peer is given; add --peer HOST:PORT or --tracker URL"
    : "trackers, the DHT and local discovery are not in use, and no peer is given; add --peer HOST:PORT";
  return { code: "waiting.no-source", key: "no-source", message: `no peers: ${why}` };
}

function encryptionPart({ encryption, encryptionRefusals }: StallFacts): Part | undefined {
  const text = encryption === undefined ? undefined : REFUSED[encryption];
  return encryptionRefusals === 0 || text === undefined ? undefined : { key: "encryption", text, isOpen: true };
}

function peersPart({ named }: StallFacts, isRefused: boolean): Part | undefined {
  if (named.length === 0) return undefined;
  const isOpen = named.some(({ outcome }) => outcome.kind !== "failed");
  const shown = named.slice(0, SHOWN_PEERS).map(({ peer, outcome }) => `${peer} ${describe(outcome, isRefused)}`);
  if (named.length > shown.length) shown.push(`and ${named.length - shown.length} more`);
  return { key: isOpen ? "peers-silent" : "peers-failed", text: shown.join(", "), isOpen };
}

function describe(outcome: DialOutcome, isRefused: boolean): string {
  if (outcome.kind === "failed") return outcome.reason;
  if (outcome.kind === "reached" && isRefused) return "accepted the connection";
  return outcome.kind === "pending"
    ? "has not responded yet"
    : "accepted the connection, but does not share this torrent";
}

function trackersPart({ asksTrackers, trackers, knownPeers }: StallFacts): Part | undefined {
  if (!asksTrackers || trackers.length === 0) return undefined;
  const works = trackers.find(({ state }) => state.kind === "working");
  if (works !== undefined && works.peersReceived === 0 && knownPeers === 0)
    return { key: "tracker-empty", text: `${works.url} knows no other peers`, isOpen: false };
  if (works !== undefined)
    return { key: "unreachable", text: "none of the peers that the tracker returned can be reached", isOpen: true };
  const asked = trackers.find(({ state }) => state.kind === "announcing");
  if (asked !== undefined)
    return { key: "tracker-silent", text: asked.message ?? `${asked.url} has not responded yet`, isOpen: true };
  const failed = trackers.find(({ state }) => state.kind === "failed");
  if (failed === undefined) return { key: "tracker-silent", text: "no announce was sent yet", isOpen: true };
  return { key: "tracker-failed", text: failed.message ?? `${failed.url} failed`, isOpen: false };
}

function dhtPart({ dhtNodes, knownPeers }: StallFacts, hasOtherPart: boolean): Part | undefined {
  if (dhtNodes === undefined) return undefined;
  if (dhtNodes === 0) return { key: "dht-empty", text: "no DHT nodes reached", isOpen: true };
  if (knownPeers === 0) return { key: "dht-no-peers", text: "the DHT knows no peers yet", isOpen: true };
  if (hasOtherPart) return undefined;
  return { key: "unreachable", text: "none of the known peers can be reached", isOpen: true };
}
