import { ipScope, type Endpoint } from "../../base/index.ts";
import { K, MAX_FAILURES, QUESTIONABLE_MS, REFRESH_MS, WIDE_BUCKETS } from "../limits.ts";
import { compareDistance, ID_LENGTH, sharedBits, type NodeId } from "../node-id.ts";
import { Bucket } from "./bucket.ts";
import { Contact, networkKey } from "./contact.ts";

/** Options of {@link RoutingTable}. */
export interface RoutingTableOptions {
  readonly id: NodeId;
  /**
   * The sizes of the buckets for the nodes farthest from this node, the farthest first; all other buckets have
   * {@link K} nodes. Default {@link WIDE_BUCKETS}.
   */
  readonly wideBuckets?: readonly number[] | undefined;
}

/**
 * The known nodes by their distance from this node (BEP 5, Kademlia). Bucket `i` has nodes that share exactly `i`
 * leading bits with this node's id. The last bucket has all nodes that share more bits, and is split when it is full.
 * Only nodes that have replied to this node are used. A bucket admits one node per network, except for addresses of
 * local networks.
 */
export class RoutingTable {
  readonly id: NodeId;
  readonly #sizes: readonly number[];
  readonly #buckets: Bucket[] = [];

  constructor({ id, wideBuckets = WIDE_BUCKETS }: RoutingTableOptions) {
    this.id = id;
    this.#sizes = wideBuckets;
  }

  /** The number of nodes in use. */
  get size(): number {
    return this.#buckets.reduce((sum, bucket) => sum + bucket.nodes.length, 0);
  }

  /** The number of buckets. */
  get depth(): number {
    return this.#buckets.length;
  }

  /** Yields all nodes in use. */
  *nodes(): Generator<Contact> {
    for (const bucket of this.#buckets) yield* bucket.nodes;
  }

  find(id: NodeId): Contact | undefined {
    return this.#buckets[this.#indexOf(id)]?.find(id);
  }

  /**
   * Records that a node has replied to a query. Returns a node to ping, when that node has been silent for a long time
   * and the new node could replace it; otherwise `undefined`.
   */
  onReply(id: NodeId, endpoint: Endpoint, now: number, roundTripMs: number): Contact | undefined {
    if (id === this.id) return undefined;
    const bucket = this.#bucketFor(id, now);
    const known = bucket.find(id);
    // An id does not move to another address while the node at the old one replies.
    if (known !== undefined && !isSameEndpoint(known.endpoint, endpoint)) {
      if (known.failures === 0) return undefined;
      bucket.remove(known);
    }
    const contact = bucket.find(id) ?? new Contact(id, endpoint, now);
    contact.onReply(now, roundTripMs);
    return this.#add(contact, now);
  }

  /** Records that a node has sent a query, which shows that it is running when it is in the table. */
  onQuery(id: NodeId, endpoint: Endpoint, now: number): void {
    const contact = this.find(id);
    if (contact !== undefined && isSameEndpoint(contact.endpoint, endpoint)) contact.seenAt = now;
  }

  /** Whether an unknown node would join the table at once if it replied, so that it should be pinged. */
  wants(id: NodeId, endpoint: Endpoint): boolean {
    if (id === this.id) return false;
    const bucket = this.#buckets[this.#indexOf(id)];
    if (bucket === undefined) return true;
    if (bucket.find(id) !== undefined) return false;
    const isOpen = !bucket.isFull || bucket === this.#buckets[this.#buckets.length - 1];
    return isOpen && (isLocal(endpoint.ip) || !bucket.nodes.some(({ network }) => network === networkKey(endpoint.ip)));
  }

  /**
   * Records that a query to a node got no reply. A bad node is removed when there is a replacement, or when it fails
   * often.
   */
  onFailure(id: NodeId, endpoint: Endpoint): void {
    const bucket = this.#buckets[this.#indexOf(id)];
    const contact = bucket?.find(id);
    if (bucket === undefined || contact === undefined || !isSameEndpoint(contact.endpoint, endpoint)) return;
    contact.failures++;
    const isBad = contact.failures >= MAX_FAILURES;
    if (isBad && (bucket.replacements.length > 0 || contact.failures >= 3 * MAX_FAILURES)) bucket.remove(contact);
  }

  /** Returns up to `count` good nodes closest to a target, closest first. Reads only as many buckets as needed. */
  closest(target: NodeId, count = K): Contact[] {
    const out: Contact[] = [];
    const last = this.#buckets.length - 1;
    const at = Math.min(sharedBits(this.id, target), last);
    // In order of distance: nodes that share more bits with the target than with us; those closer to us; the others.
    this.#collect(at, target, count, out);
    if (out.length < count) {
      const found = out.length;
      const nearer: Contact[] = [];
      for (let index = at + 1; index <= last; index++) this.#collect(index, target, count - found, nearer);
      out.push(...nearer);
    }
    for (let index = at - 1; index >= 0 && out.length < count; index--) {
      const farther: Contact[] = [];
      this.#collect(index, target, count - out.length, farther);
      out.push(...farther);
    }
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

  /** Removes the node at an address. Returns whether there was one. */
  #removeAt(endpoint: Endpoint): boolean {
    for (const bucket of this.#buckets)
      for (const node of bucket.nodes) if (isSameEndpoint(node.endpoint, endpoint)) return bucket.remove(node);
    return false;
  }

  /**
   * Merges the good nodes of a bucket into `out`, which stays sorted and keeps the closest `count` nodes. This takes
   * less time than sorting all nodes.
   */
  #collect(index: number, target: NodeId, count: number, out: Contact[]): void {
    for (const node of this.#buckets[index]?.nodes ?? []) {
      if (node.failures >= MAX_FAILURES) continue;
      const farthest = out[count - 1];
      if (farthest !== undefined && compareDistance(node.id, farthest.id, target) > 0) continue;
      let to = Math.min(out.length, count - 1);
      for (; to > 0; to--) {
        const before = out[to - 1];
        if (before === undefined || compareDistance(before.id, node.id, target) <= 0) break;
        out[to] = before;
      }
      out[to] = node;
    }
  }

  #indexOf(id: NodeId): number {
    return Math.min(sharedBits(this.id, id), this.#buckets.length - 1);
  }

  #bucketFor(id: NodeId, now: number): Bucket {
    if (this.#buckets.length === 0) this.#buckets.push(new Bucket(this.#sizes[0] ?? K, now));
    const bucket = this.#buckets[this.#indexOf(id)];
    if (bucket === undefined) throw new RangeError("a routing table without buckets");
    return bucket;
  }

  #add(contact: Contact, now: number): Contact | undefined {
    for (;;) {
      const bucket = this.#bucketFor(contact.id, now);
      bucket.changedAt = now;
      if (bucket.nodes.includes(contact)) return undefined;
      const isShut = bucket.hasNetworkOf(contact, isLocal);
      if (!bucket.isFull && !isShut) {
        bucket.remove(contact);
        // A node at a known address has another id now: the old one is gone. A replacement of it may fill the bucket.
        if (this.#removeAt(contact.endpoint)) continue;
        bucket.nodes.push(contact);
        return undefined;
      }
      if (isShut) return undefined;
      if (this.#split(bucket, now)) continue;
      return this.#replace(bucket, contact, now);
    }
  }

  /**
   * Replaces a bad node by the contact. When no node is bad, the contact becomes a replacement, and a node that was
   * silent for long is returned, to be pinged.
   */
  #replace(bucket: Bucket, contact: Contact, now: number): Contact | undefined {
    const bad = bucket.nodes.find((node) => node.failures >= MAX_FAILURES);
    bucket.keep(contact);
    if (bad !== undefined) {
      bucket.remove(bad);
      return undefined;
    }
    return bucket.nodes.find((node) => now - node.seenAt > QUESTIONABLE_MS);
  }

  /**
   * Splits the last bucket, which contains the range of this node's id. Returns false when `bucket` is not the last
   * one.
   */
  #split(bucket: Bucket, now: number): boolean {
    const index = this.#buckets.length - 1;
    if (this.#buckets[index] !== bucket || index >= ID_LENGTH * 8 - 1) return false;
    const far = new Bucket(bucket.size, now);
    const near = new Bucket(this.#sizes[index + 1] ?? K, now);
    this.#buckets[index] = far;
    this.#buckets.push(near);
    const waiting: Contact[] = [];
    for (const node of bucket.nodes) {
      const to = sharedBits(this.id, node.id) === index ? far : near;
      if (to.isFull) waiting.push(node);
      else to.nodes.push(node);
    }
    for (const node of [...bucket.replacements, ...waiting])
      (sharedBits(this.id, node.id) === index ? far : near).keep(node);
    return true;
  }
}

function isSameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return a.port === b.port && a.ip === b.ip;
}

function isLocal(ip: string): boolean {
  return ipScope(ip) !== "public";
}
