import { ipScope, type Endpoint, type IpFamily } from "../../base/index.ts";
import { packEndpointText } from "../krpc/compact.ts";
import type { NodeInfo } from "../krpc/message.ts";
import { K, MAX_FAILURES, QUESTIONABLE_MS, REFRESH_MS, WIDE_BUCKETS } from "../limits.ts";
import { ID_LENGTH, sharedBits, type NodeId } from "../node-id.ts";
import { Bucket } from "./bucket.ts";
import type { Contact } from "./contact.ts";
import { prefixOf, Rows } from "./rows.ts";

/** Options of {@link RoutingTable}. */
export interface RoutingTableOptions {
  readonly id: NodeId;
  /** The IP family of all nodes. Default 4. */
  readonly family?: IpFamily | undefined;
  /**
   * The sizes of the buckets for the nodes farthest from this node, the farthest first; all other buckets have
   * {@link K} nodes. Default {@link WIDE_BUCKETS}.
   */
  readonly wideBuckets?: readonly number[] | undefined;
}

/**
 * The known nodes by their distance from this node (BEP 5, Kademlia). Bucket `i` has nodes that share exactly `i`
 * leading bits with this node's id. The last bucket has all nodes that share more bits, and is split when it is full. A
 * node is added only after it has replied to this node. A bucket admits one node per network, except for addresses of
 * local networks.
 */
export class RoutingTable {
  readonly id: NodeId;
  readonly #sizes: readonly number[];
  readonly #rows: Rows;
  readonly #buckets: Bucket[] = [];

  constructor({ id, family = 4, wideBuckets = WIDE_BUCKETS }: RoutingTableOptions) {
    this.id = id;
    this.#sizes = wideBuckets;
    this.#rows = new Rows(family);
  }

  /** The number of nodes in the buckets, without the replacements. */
  get size(): number {
    let size = 0;
    for (const { begin, end } of this.#buckets) size += end - begin;
    return size;
  }

  /** The number of buckets. */
  get depth(): number {
    return this.#buckets.length;
  }

  /** Yields all nodes in the buckets, without the replacements. */
  *nodes(): Generator<Contact> {
    for (const { begin, end } of this.#buckets) for (let row = begin; row < end; row++) yield this.#contact(row);
  }

  find(id: NodeId): Contact | undefined {
    const row = this.#buckets[this.#indexOf(id)]?.find(id) ?? -1;
    return row < 0 ? undefined : this.#contact(row);
  }

  /**
   * Records that a node has replied to a query. Returns another node, for the caller to ping, when that one has been
   * silent for a long time and the new node could replace it; otherwise `undefined`.
   */
  onReply(id: NodeId, endpoint: Endpoint, now: number, roundTripMs: number): NodeInfo | undefined {
    if (id === this.id) return undefined;
    const at = packEndpointText(endpoint);
    const bucket = this.#bucketFor(id, now);
    const row = bucket.find(id);
    // An id does not move to another address while the node at the old one replies.
    const hasMoved = row >= 0 && !this.#rows.isAt(row, at);
    if (hasMoved && this.#rows.failures(row) === 0) return undefined;
    if (hasMoved) bucket.remove(row);
    else if (row >= 0) {
      this.#rows.onReply(row, now, roundTripMs);
      bucket.changedAt = now;
      if (bucket.isInUse(row)) return undefined;
    }
    return this.#add(id, endpoint, now, roundTripMs);
  }

  /**
   * Records that a node has sent a query: when it is in the table, it is known to be running. Returns whether the
   * caller should ping the node, because it is unknown and would join the table at once if it replied.
   */
  onQuery(id: NodeId, endpoint: Endpoint, now: number): boolean {
    if (id === this.id) return false;
    const bucket = this.#buckets[this.#indexOf(id)];
    if (bucket === undefined) return true;
    const at = packEndpointText(endpoint);
    const row = bucket.find(id);
    if (row >= 0) {
      if (this.#rows.isAt(row, at)) this.#rows.onMessage(row, now);
      return false;
    }
    const isOpen = !bucket.isFull || bucket === this.#buckets[this.#buckets.length - 1];
    return isOpen && (!bucket.hasNetworkOf(at, id) || isLocal(endpoint.ip));
  }

  /**
   * Records that a query to a node got no reply. After {@link MAX_FAILURES} of them in a row the node is removed, and a
   * replacement takes its place when there is one.
   */
  onFailure(id: NodeId, endpoint: Endpoint): void {
    const bucket = this.#buckets[this.#indexOf(id)];
    const row = bucket?.find(id) ?? -1;
    if (bucket === undefined || row < 0 || !this.#rows.isAt(row, packEndpointText(endpoint))) return;
    this.#rows.onFailure(row);
    if (this.#rows.failures(row) >= MAX_FAILURES) bucket.remove(row);
  }

  /** Returns up to `count` nodes closest to a target, closest first. Reads only as many buckets as needed. */
  closest(target: NodeId, count = K): Contact[] {
    return this.#closest(target, count).map((row) => this.#contact(row));
  }

  /** Returns the nodes of {@link closest} in compact form, one character for each byte: as replies have them. */
  compactClosest(target: NodeId, count = K): string {
    let out = "";
    for (const row of this.#closest(target, count)) out += this.#rows.compact(row);
    return out;
  }

  /**
   * Returns the numbers of the buckets that have not changed for a long time and need a refresh, and marks these
   * buckets as changed.
   */
  stale(now: number): number[] {
    const out: number[] = [];
    this.#buckets.forEach((bucket, index) => {
      if (now - bucket.changedAt < REFRESH_MS) return;
      bucket.changedAt = now;
      out.push(index);
    });
    return out;
  }

  #contact(row: number): Contact {
    const rows = this.#rows;
    return { id: rows.id(row), endpoint: rows.endpoint(row), roundTripMs: rows.roundTripMs(row) };
  }

  #closest(target: NodeId, count: number): number[] {
    const found: Found = { target, prefix: prefixOf(target), count, from: 0, rows: [], distances: [] };
    const last = this.#buckets.length - 1;
    const at = Math.min(sharedBits(this.id, target), last);
    // In order of distance: nodes that share more bits with the target than with us; those closer to us; the others.
    this.#collect(at, found);
    found.from = found.rows.length;
    for (let index = at + 1; index <= last && found.from < count; index++) this.#collect(index, found);
    for (let index = at - 1; index >= 0 && found.rows.length < count; index--) {
      found.from = found.rows.length;
      this.#collect(index, found);
    }
    return found.rows;
  }

  /**
   * Merges the nodes of a bucket into those found, sorted from `from` on. This takes less time than sorting all.
   */
  #collect(index: number, { target, prefix, count, from, rows: out, distances }: Found): void {
    const bucket = this.#buckets[index];
    if (bucket === undefined) return;
    const rows = this.#rows;
    const { begin, end } = bucket;
    for (let row = begin; row < end; row++) {
      const distance = rows.distance(row, prefix);
      let to = out.length;
      for (; to > from; to--) {
        const before = distances[to - 1] ?? 0;
        if (before < distance || (before === distance && rows.compare(out[to - 1] ?? row, row, target) <= 0)) break;
        if (to === count) continue;
        out[to] = out[to - 1] ?? row;
        distances[to] = before;
      }
      if (to >= count) continue;
      out[to] = row;
      distances[to] = distance;
    }
  }

  /** Removes the node at an endpoint in compact form. Returns whether there was one. */
  #removeAt(endpoint: string): boolean {
    for (const bucket of this.#buckets) {
      const row = this.#rows.findAt(bucket.begin, bucket.end, endpoint);
      if (row < 0) continue;
      bucket.remove(row);
      return true;
    }
    return false;
  }

  #indexOf(id: NodeId): number {
    return Math.min(sharedBits(this.id, id), this.#buckets.length - 1);
  }

  #bucketFor(id: NodeId, now: number): Bucket {
    if (this.#buckets.length === 0) this.#buckets.push(new Bucket(this.#rows, this.#sizes[0] ?? K, now));
    const bucket = this.#buckets[this.#indexOf(id)];
    if (bucket === undefined) throw new RangeError("a routing table without buckets");
    return bucket;
  }

  /**
   * Adds a node that is not in use. Returns a node that has been silent for a long time and that the new one could
   * replace, if any.
   */
  #add(id: NodeId, endpoint: Endpoint, now: number, roundTripMs: number): NodeInfo | undefined {
    const at = packEndpointText(endpoint);
    const isExempt = isLocal(endpoint.ip);
    for (;;) {
      const bucket = this.#bucketFor(id, now);
      bucket.changedAt = now;
      if (!isExempt && bucket.hasNetworkOf(at, id)) return undefined;
      if (bucket.isFull) {
        if (this.#split(bucket, now)) continue;
        return this.#replace(bucket, { id, endpoint }, now, roundTripMs);
      }
      const waiting = bucket.find(id);
      if (waiting >= 0) bucket.remove(waiting);
      // A node at a known address has another id now: the old one is gone. A replacement of it may fill the bucket.
      if (this.#removeAt(at)) continue;
      this.#rows.onReply(bucket.add(id, at), now, roundTripMs);
      return undefined;
    }
  }

  /**
   * Keeps a new node as a replacement. Returns a node that was silent for a long time, to be pinged; `undefined` when
   * there is none.
   */
  #replace(bucket: Bucket, { id, endpoint }: NodeInfo, now: number, roundTripMs: number): NodeInfo | undefined {
    const waiting = bucket.find(id);
    if (waiting >= 0) bucket.remove(waiting);
    this.#rows.onReply(bucket.keep(id, packEndpointText(endpoint), isLocal(endpoint.ip)), now, roundTripMs);
    for (let row = bucket.begin; row < bucket.end; row++)
      if (this.#rows.silentMs(row, now) > QUESTIONABLE_MS) return this.#contact(row);
    return undefined;
  }

  /**
   * Splits the last bucket, which contains the range of this node's id. Returns false when `bucket` is not the last
   * one.
   */
  #split(bucket: Bucket, now: number): boolean {
    const index = this.#buckets.length - 1;
    if (this.#buckets[index] !== bucket || index >= ID_LENGTH * 8 - 1) return false;
    const near = new Bucket(this.#rows, this.#sizes[index + 1] ?? K, now);
    this.#buckets.push(near);
    bucket.splitInto(near, (row) => this.#rows.sharedBits(row, this.id) > index);
    return true;
  }
}

/** The closest nodes found so far: those from `from` on are sorted together. */
interface Found {
  readonly target: NodeId;
  readonly prefix: number;
  readonly count: number;
  from: number;
  readonly rows: number[];
  readonly distances: number[];
}

function isLocal(ip: string): boolean {
  return ipScope(ip) !== "public";
}
