import type { Endpoint, SyncHasher } from "../../base/index.ts";
import type { Random } from "../../runtime/index.ts";
import {
  MAX_SAMPLES,
  MAX_STORED_PEERS,
  MAX_STORED_PEERS_IN_ALL,
  MAX_STORED_PORTS,
  MAX_STORED_TORRENTS,
  PEER_TTL_MS,
  SAMPLE_INTERVAL_S,
} from "../limits.ts";
import { packEndpointText } from "../krpc/compact.ts";
import type { NodeId } from "../node-id.ts";
import { BLOOM_LENGTH, bloomAdd } from "./bloom.ts";

interface StoredPeer {
  /** The peer's endpoint in compact form (6 or 18 bytes), as a string with one character for each byte. */
  readonly compact: string;
  readonly isSeed: boolean;
  readonly announcedAt: number;
}

/** Bloom filters of the seeds and the other peers of a torrent (BEP 33). */
export interface Filters {
  readonly seeds: Uint8Array;
  readonly peers: Uint8Array;
}

/** The peers of a torrent by IP address, in the order of the last announce, the latest at the end. */
type PeersByIp = Map<string, readonly StoredPeer[]>;

/**
 * Peers that were announced to this node (BEP 5). A torrent has at most {@link MAX_STORED_PORTS} peers at an IP
 * address, such as clients behind one NAT. When the store is full, the peers announced longest ago are removed.
 */
export class PeerStore {
  readonly #random: Random;
  /** Peers by info-hash, in the order of the last announce, the latest at the end. */
  readonly #torrents = new Map<NodeId, PeersByIp>();
  #size = 0;
  #samples: { readonly ids: string; readonly at: number } | undefined;

  constructor(random: Random) {
    this.#random = random;
  }

  /** The number of torrents with peers. */
  get torrents(): number {
    return this.#torrents.size;
  }

  /** The number of peers of all torrents. */
  get peers(): number {
    return this.#size;
  }

  /**
   * Whether a peer at one more IP address can be stored for a torrent. When it cannot, queries for the torrent get no
   * write token (BEP 33).
   */
  hasRoom(infoHash: NodeId): boolean {
    return (this.#torrents.get(infoHash)?.size ?? 0) < MAX_STORED_PEERS;
  }

  /** Stores a peer, or records that it was announced again. */
  add(infoHash: NodeId, endpoint: Endpoint, isSeed: boolean, now: number): void {
    const peers: PeersByIp = this.#torrents.get(infoHash) ?? new Map<string, readonly StoredPeer[]>();
    this.#torrents.delete(infoHash);
    this.#torrents.set(infoHash, peers);
    const compact = packEndpointText(endpoint);
    const before = peers.get(endpoint.ip) ?? [];
    const others = before.filter((peer) => peer.compact !== compact && isFresh(peer, now));
    const kept = [...others.slice(1 - MAX_STORED_PORTS), { compact, isSeed, announcedAt: now }];
    this.#size += kept.length - before.length;
    // Deleted first, so that the address comes last in the order.
    peers.delete(endpoint.ip);
    peers.set(endpoint.ip, kept);
    if (peers.size > MAX_STORED_PEERS) this.#dropOldest(peers);
    if (this.#torrents.size > MAX_STORED_TORRENTS || this.#size > MAX_STORED_PEERS_IN_ALL) this.#dropTorrent();
  }

  /**
   * Returns up to `count` peers with compact endpoints of `length` bytes, in random order. With `noSeed`, peers that
   * are not seeds come first.
   */
  peersOf(infoHash: NodeId, length: 6 | 18, count: number, noSeed: boolean, now: number): string[] {
    const peers = this.#fresh(infoHash, now);
    if (peers === undefined) return [];
    const all: StoredPeer[] = [];
    for (const ofIp of peers.values())
      for (const peer of ofIp) if (peer.compact.length === length && isFresh(peer, now)) all.push(peer);
    const preferred = noSeed ? all.filter(({ isSeed }) => !isSeed) : all;
    const chosen =
      preferred.length >= count || !noSeed ? preferred : [...preferred, ...all.filter((peer) => peer.isSeed)];
    const start = chosen.length <= count ? 0 : this.#random.below(chosen.length);
    const out: string[] = [];
    for (let at = 0; at < Math.min(count, chosen.length); at++) {
      const peer = chosen[(start + at) % chosen.length];
      if (peer !== undefined) out.push(peer.compact);
    }
    return out;
  }

  /** Returns the bloom filters of a torrent's peers; `undefined` when none are stored. */
  filters(infoHash: NodeId, hasher: SyncHasher, now: number): Filters | undefined {
    const peers = this.#fresh(infoHash, now);
    if (peers === undefined) return undefined;
    const filters = { seeds: new Uint8Array(BLOOM_LENGTH), peers: new Uint8Array(BLOOM_LENGTH) };
    for (const [ip, ofIp] of peers)
      for (const { isSeed } of ofIp) bloomAdd(isSeed ? filters.seeds : filters.peers, ip, hasher);
    return filters;
  }

  /** Returns random info-hashes from the store, concatenated. They are the same for ten minutes (BEP 51). */
  samples(now: number): string {
    if (this.#samples !== undefined && now - this.#samples.at < SAMPLE_INTERVAL_S * 1_000) return this.#samples.ids;
    const all = [...this.#torrents.keys()];
    for (let at = 0; at < Math.min(MAX_SAMPLES, all.length); at++) {
      const other = at + this.#random.below(all.length - at);
      [all[at], all[other]] = [all[other] ?? "", all[at] ?? ""];
    }
    this.#samples = { ids: all.slice(0, MAX_SAMPLES).join(""), at: now };
    return this.#samples.ids;
  }

  /** Removes the peers that were not announced again in time. */
  expire(now: number): void {
    for (const infoHash of this.#torrents.keys()) this.#fresh(infoHash, now);
  }

  /**
   * Removes the addresses of which no peer was announced in time. Returns the others; `undefined` when none is left.
   */
  #fresh(infoHash: NodeId, now: number): PeersByIp | undefined {
    const peers = this.#torrents.get(infoHash);
    if (peers === undefined) return undefined;
    for (const [ip, ofIp] of peers) {
      if (ofIp.some((peer) => isFresh(peer, now))) break;
      peers.delete(ip);
      this.#size -= ofIp.length;
    }
    if (peers.size > 0) return peers;
    this.#torrents.delete(infoHash);
    return undefined;
  }

  #dropOldest(peers: PeersByIp): void {
    for (const [ip, ofIp] of peers) {
      peers.delete(ip);
      this.#size -= ofIp.length;
      return;
    }
  }

  #dropTorrent(): void {
    for (const [infoHash, peers] of this.#torrents) {
      this.#torrents.delete(infoHash);
      for (const ofIp of peers.values()) this.#size -= ofIp.length;
      return;
    }
  }
}

function isFresh({ announcedAt }: StoredPeer, now: number): boolean {
  return now - announcedAt < PEER_TTL_MS;
}
