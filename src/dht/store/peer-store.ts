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

/** A class, so that all peers have one shape: replies read tens of thousands of them a second. */
class StoredPeer {
  /** The peer's endpoint in compact form (6 or 18 bytes), as a string with one character for each byte. */
  readonly compact: string;
  readonly isSeed: boolean;
  readonly announcedAt: number;
  /** The peer's index in the list of its IP family. */
  at = 0;

  constructor(compact: string, isSeed: boolean, announcedAt: number) {
    this.compact = compact;
    this.isSeed = isSeed;
    this.announcedAt = announcedAt;
  }
}

/** Bloom filters of the seeds and the other peers of a torrent (BEP 33). */
export interface Filters {
  readonly seeds: Uint8Array;
  readonly peers: Uint8Array;
}

/** The peers of one torrent. A reply takes some of them from a list, in a time that does not depend on their number. */
class TorrentPeers {
  /** By IP address, in the order of the last announce, the latest at the end. */
  readonly byIp = new Map<string, readonly StoredPeer[]>();
  readonly #lists: Readonly<Record<6 | 18, StoredPeer[]>> = { 6: [], 18: [] };

  /** Returns the peers whose compact endpoints have this length, in no order. */
  list(length: 6 | 18): readonly StoredPeer[] {
    return this.#lists[length];
  }

  /** Adds a peer, or replaces the one with its endpoint. Returns how many more peers there are now. */
  add(ip: string, peer: StoredPeer): number {
    const before = this.byIp.get(ip) ?? [];
    const others = before.filter((each) => each.compact !== peer.compact && isFresh(each, peer.announcedAt));
    const kept = [...others.slice(1 - MAX_STORED_PORTS), peer];
    for (const each of before) if (!kept.includes(each)) this.#unlist(each);
    const list = this.#listOf(peer);
    peer.at = list.length;
    list.push(peer);
    // Deleted first, so that the address comes last in the order.
    this.byIp.delete(ip);
    this.byIp.set(ip, kept);
    return kept.length - before.length;
  }

  /** Removes the peers at an address. Returns their number. */
  remove(ip: string): number {
    const peers = this.byIp.get(ip) ?? [];
    for (const peer of peers) this.#unlist(peer);
    this.byIp.delete(ip);
    return peers.length;
  }

  #unlist(peer: StoredPeer): void {
    const list = this.#listOf(peer);
    const last = list.pop();
    if (last === undefined || last === peer) return;
    list[peer.at] = last;
    last.at = peer.at;
  }

  #listOf({ compact }: StoredPeer): StoredPeer[] {
    return this.#lists[compact.length === 6 ? 6 : 18];
  }
}

/**
 * Peers that were announced to this node (BEP 5). A torrent has at most {@link MAX_STORED_PORTS} peers at an IP
 * address, such as clients behind one NAT. When the store is full, the peers announced longest ago are removed.
 */
export class PeerStore {
  readonly #random: Random;
  /** Peers by info-hash, in the order of the last announce, the latest at the end. */
  readonly #torrents = new Map<NodeId, TorrentPeers>();
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
    return (this.#torrents.get(infoHash)?.byIp.size ?? 0) < MAX_STORED_PEERS;
  }

  /** Stores a peer, or records that it was announced again. */
  add(infoHash: NodeId, endpoint: Endpoint, isSeed: boolean, now: number): void {
    const peers = this.#torrents.get(infoHash) ?? new TorrentPeers();
    this.#torrents.delete(infoHash);
    this.#torrents.set(infoHash, peers);
    this.#size += peers.add(endpoint.ip, new StoredPeer(packEndpointText(endpoint), isSeed, now));
    if (peers.byIp.size > MAX_STORED_PEERS) this.#dropOldest(peers);
    if (this.#torrents.size > MAX_STORED_TORRENTS || this.#size > MAX_STORED_PEERS_IN_ALL) this.#dropTorrent();
  }

  /**
   * Returns up to `count` peers with compact endpoints of `length` bytes, in random order. With `noSeed`, peers that
   * are not seeds come first.
   */
  peersOf(infoHash: NodeId, length: 6 | 18, count: number, noSeed: boolean, now: number): string[] {
    const peers = this.#fresh(infoHash, now);
    if (peers === undefined) return [];
    const list = peers.list(length);
    const start = list.length <= count ? 0 : this.#random.below(list.length);
    const out: string[] = [];
    const seeds: string[] = [];
    for (let step = 0; step < list.length && out.length < count; step++) {
      const peer = list[(start + step) % list.length];
      if (peer === undefined || !isFresh(peer, now)) continue;
      if (!noSeed || !peer.isSeed) out.push(peer.compact);
      else if (seeds.length < count) seeds.push(peer.compact);
    }
    return noSeed ? [...out, ...seeds].slice(0, count) : out;
  }

  /** Returns the bloom filters of a torrent's peers; `undefined` when none are stored. */
  filters(infoHash: NodeId, hasher: SyncHasher, now: number): Filters | undefined {
    const peers = this.#fresh(infoHash, now);
    if (peers === undefined) return undefined;
    const filters = { seeds: new Uint8Array(BLOOM_LENGTH), peers: new Uint8Array(BLOOM_LENGTH) };
    for (const [ip, ofIp] of peers.byIp)
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
   * Removes the IP addresses of which no peer was announced in time. Returns those that remain; `undefined` when none
   * is left.
   */
  #fresh(infoHash: NodeId, now: number): TorrentPeers | undefined {
    const peers = this.#torrents.get(infoHash);
    if (peers === undefined) return undefined;
    for (const [ip, ofIp] of peers.byIp) {
      if (ofIp.some((peer) => isFresh(peer, now))) break;
      this.#size -= peers.remove(ip);
    }
    if (peers.byIp.size > 0) return peers;
    this.#torrents.delete(infoHash);
    return undefined;
  }

  #dropOldest(peers: TorrentPeers): void {
    for (const ip of peers.byIp.keys()) {
      this.#size -= peers.remove(ip);
      return;
    }
  }

  #dropTorrent(): void {
    for (const [infoHash, peers] of this.#torrents) {
      this.#torrents.delete(infoHash);
      for (const ofIp of peers.byIp.values()) this.#size -= ofIp.length;
      return;
    }
  }
}

function isFresh({ announcedAt }: StoredPeer, now: number): boolean {
  return now - announcedAt < PEER_TTL_MS;
}
