import type { Endpoint, SyncHasher } from "../../base/index.ts";
import type { Random } from "../../runtime/index.ts";
import {
  MAX_SAMPLES,
  MAX_STORED_PEERS,
  MAX_STORED_PEERS_IN_ALL,
  MAX_STORED_TORRENTS,
  PEER_TTL_MS,
  SAMPLE_INTERVAL_S,
} from "../limits.ts";
import { packEndpointText } from "../krpc/compact.ts";
import type { NodeId } from "../node-id.ts";
import { BLOOM_LENGTH, bloomAdd } from "./bloom.ts";

interface StoredPeer {
  readonly ip: string;
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

/**
 * Peers that were announced to this node (BEP 5), one for each IP address of a torrent (BEP 33). When it is full, the
 * peers announced longest ago are removed.
 */
export class PeerStore {
  readonly #random: Random;
  /**
   * Peers by info-hash, and then by IP address. Both maps are in the order of the last announce, the latest at the end.
   */
  readonly #torrents = new Map<NodeId, Map<string, StoredPeer>>();
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
   * Whether one more peer can be stored for a torrent. When it cannot, queries for the torrent get no write token (BEP
   * 33).
   */
  hasRoom(infoHash: NodeId): boolean {
    return (this.#torrents.get(infoHash)?.size ?? 0) < MAX_STORED_PEERS;
  }

  /** Stores a peer, or records that it was announced again. */
  add(infoHash: NodeId, endpoint: Endpoint, isSeed: boolean, now: number): void {
    const peers = this.#torrents.get(infoHash) ?? new Map<string, StoredPeer>();
    this.#torrents.delete(infoHash);
    this.#torrents.set(infoHash, peers);
    const { ip } = endpoint;
    if (!peers.delete(ip)) this.#size++;
    peers.set(ip, { ip, compact: packEndpointText(endpoint), isSeed, announcedAt: now });
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
    const all = [...peers.values()].filter(({ compact }) => compact.length === length);
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
    for (const { ip, isSeed } of peers.values()) bloomAdd(isSeed ? filters.seeds : filters.peers, ip, hasher);
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

  #fresh(infoHash: NodeId, now: number): Map<string, StoredPeer> | undefined {
    const peers = this.#torrents.get(infoHash);
    if (peers === undefined) return undefined;
    for (const [ip, { announcedAt }] of peers) {
      if (now - announcedAt < PEER_TTL_MS) break;
      peers.delete(ip);
      this.#size--;
    }
    if (peers.size > 0) return peers;
    this.#torrents.delete(infoHash);
    return undefined;
  }

  #dropOldest(peers: Map<string, StoredPeer>): void {
    for (const ip of peers.keys()) {
      peers.delete(ip);
      this.#size--;
      return;
    }
  }

  #dropTorrent(): void {
    for (const [infoHash, peers] of this.#torrents) {
      this.#torrents.delete(infoHash);
      this.#size -= peers.size;
      return;
    }
  }
}
