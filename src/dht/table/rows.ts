import { latin1Decode, type Endpoint, type IpFamily } from "../../base/index.ts";
import { compactEndpointText } from "../krpc/compact.ts";
import { ID_LENGTH, type NodeId } from "../node-id.ts";

/** The bytes of a network within an address: a /24 of IPv4, a /64 of IPv6. */
const NETWORK_LENGTH = { 4: 3, 6: 8 } as const;
const ENDPOINT_LENGTH = { 4: 6, 6: 18 } as const;
/** Bytes of a row after the compact node: failures (1), round trip (2), time of the last message (4). */
const STATE_LENGTH = 7;
/** The value of a round trip that is not known. */
const UNKNOWN = 0xffff;

/**
 * The nodes of a routing table as rows of bytes in one array: the node in compact form, and its state. A node takes a
 * quarter of the memory of an object with texts, and a search reads contiguous memory. Endpoints are given in compact
 * form, as strings with one character for each byte. It has many public members, for the fields of a row.
 */
export class Rows {
  readonly #family: IpFamily;
  /** The length of a node in compact form, which every row begins with. */
  readonly #compactLength: number;
  readonly #stride: number;
  #bytes = new Uint8Array(0);

  constructor(family: IpFamily) {
    this.#family = family;
    this.#compactLength = ID_LENGTH + ENDPOINT_LENGTH[family];
    this.#stride = this.#compactLength + STATE_LENGTH;
  }

  /** The number of rows. */
  get size(): number {
    return this.#bytes.length / this.#stride;
  }

  /** Adds empty rows at the end. */
  extend(count: number): void {
    const bytes = new Uint8Array(this.#bytes.length + count * this.#stride);
    bytes.set(this.#bytes);
    this.#bytes = bytes;
  }

  /** Writes a node of which nothing is known yet. */
  write(row: number, id: NodeId, endpoint: string): void {
    const bytes = this.#bytes;
    const begin = row * this.#stride;
    for (let at = 0; at < ID_LENGTH; at++) bytes[begin + at] = id.charCodeAt(at);
    for (let at = 0; at < endpoint.length; at++) bytes[begin + ID_LENGTH + at] = endpoint.charCodeAt(at);
    bytes.fill(0, begin + this.#compactLength, begin + this.#stride);
    this.#writeRoundTrip(row, UNKNOWN);
  }

  copy(from: number, to: number): void {
    this.#bytes.copyWithin(to * this.#stride, from * this.#stride, (from + 1) * this.#stride);
  }

  /** Returns the first row from `begin` to before `end` with an id; -1 when there is none. */
  find(begin: number, end: number, id: NodeId): number {
    const bytes = this.#bytes;
    const stride = this.#stride;
    const last = id.charCodeAt(ID_LENGTH - 1);
    for (let row = begin; row < end; row++) {
      // The ids of a bucket begin alike: their ends differ.
      if (bytes[row * stride + ID_LENGTH - 1] === last && this.hasId(row, id)) return row;
    }
    return -1;
  }

  /** Returns the first row from `begin` to before `end` with an endpoint; -1 when there is none. */
  findAt(begin: number, end: number, endpoint: string): number {
    for (let row = begin; row < end; row++) if (this.isAt(row, endpoint)) return row;
    return -1;
  }

  hasId(row: number, id: NodeId): boolean {
    const begin = row * this.#stride;
    for (let at = ID_LENGTH - 1; at >= 0; at--) if (this.#bytes[begin + at] !== id.charCodeAt(at)) return false;
    return true;
  }

  isAt(row: number, endpoint: string): boolean {
    return this.#begins(row, endpoint, endpoint.length);
  }

  /** Whether a node is in the network of an endpoint: the same /24 of IPv4, or /64 of IPv6. */
  isInNetworkOf(row: number, endpoint: string): boolean {
    return this.#begins(row, endpoint, NETWORK_LENGTH[this.#family]);
  }

  id(row: number): NodeId {
    const begin = row * this.#stride;
    return latin1Decode(this.#bytes.subarray(begin, begin + ID_LENGTH));
  }

  endpoint(row: number): Endpoint {
    return compactEndpointText(this.compact(row).slice(ID_LENGTH));
  }

  /** Returns a node in compact form (26 bytes, BEP 5; 38 bytes, BEP 32), one character for each byte. */
  compact(row: number): string {
    const begin = row * this.#stride;
    return latin1Decode(this.#bytes.subarray(begin, begin + this.#compactLength));
  }

  /** Returns the first 32 bits of the XOR distance between a node and a target that begins with these 32 bits. */
  distance(row: number, prefix: number): number {
    const bytes = this.#bytes;
    const begin = row * this.#stride;
    const id =
      ((bytes[begin] ?? 0) << 24) |
      ((bytes[begin + 1] ?? 0) << 16) |
      ((bytes[begin + 2] ?? 0) << 8) |
      (bytes[begin + 3] ?? 0);
    return (id ^ prefix) >>> 0;
  }

  /** Compares the XOR distances of two nodes to a target, with the result of `compareDistance`. */
  compare(a: number, b: number, target: NodeId): number {
    const bytes = this.#bytes;
    const [beginA, beginB] = [a * this.#stride, b * this.#stride];
    for (let at = 0; at < ID_LENGTH; at++) {
      const code = target.charCodeAt(at);
      const difference = ((bytes[beginA + at] ?? 0) ^ code) - ((bytes[beginB + at] ?? 0) ^ code);
      if (difference !== 0) return difference;
    }
    return 0;
  }

  /** Returns the number of leading bits that a node's id shares with another one. */
  sharedBits(row: number, id: NodeId): number {
    const begin = row * this.#stride;
    for (let at = 0; at < ID_LENGTH; at++) {
      const difference = (this.#bytes[begin + at] ?? 0) ^ id.charCodeAt(at);
      if (difference !== 0) return at * 8 + Math.clz32(difference) - 24;
    }
    return ID_LENGTH * 8;
  }

  /** Returns the number of queries without a reply since the last reply, up to 255. */
  failures(row: number): number {
    return this.#bytes[row * this.#stride + this.#compactLength] ?? 0;
  }

  /** Returns the average of the milliseconds between a query and its reply; `undefined` without a reply. */
  roundTripMs(row: number): number | undefined {
    const at = row * this.#stride + this.#compactLength + 1;
    const ms = ((this.#bytes[at] ?? 0) << 8) | (this.#bytes[at + 1] ?? 0);
    return ms === UNKNOWN ? undefined : ms;
  }

  /** Returns the milliseconds since a node's last message. They are exact to a second. */
  silentMs(row: number, now: number): number {
    const at = row * this.#stride + this.#compactLength + 3;
    const bytes = this.#bytes;
    const seconds =
      ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    return now - (seconds >>> 0) * 1_000;
  }

  /** Records that a node has not replied. */
  onFailure(row: number): void {
    this.#bytes[row * this.#stride + this.#compactLength] = Math.min(255, this.failures(row) + 1);
  }

  /** Records that a node has sent a message. */
  onMessage(row: number, now: number): void {
    const at = row * this.#stride + this.#compactLength + 3;
    const seconds = Math.floor(now / 1_000);
    this.#bytes[at] = seconds >>> 24;
    this.#bytes[at + 1] = seconds >>> 16;
    this.#bytes[at + 2] = seconds >>> 8;
    this.#bytes[at + 3] = seconds;
  }

  /** Records that a node has replied to a query. */
  onReply(row: number, now: number, roundTripMs: number): void {
    this.onMessage(row, now);
    this.#bytes[row * this.#stride + this.#compactLength] = 0;
    const before = this.roundTripMs(row) ?? roundTripMs;
    this.#writeRoundTrip(row, Math.min(UNKNOWN - 1, Math.round(0.75 * before + 0.25 * roundTripMs)));
  }

  #writeRoundTrip(row: number, ms: number): void {
    const at = row * this.#stride + this.#compactLength + 1;
    this.#bytes[at] = ms >>> 8;
    this.#bytes[at + 1] = ms;
  }

  /** Whether a node's endpoint begins with the first `length` bytes of another one. */
  #begins(row: number, endpoint: string, length: number): boolean {
    const begin = row * this.#stride + ID_LENGTH;
    for (let at = length - 1; at >= 0; at--) if (this.#bytes[begin + at] !== endpoint.charCodeAt(at)) return false;
    return true;
  }
}

/** Returns the first 32 bits of an id. */
export function prefixOf(id: NodeId): number {
  return (id.charCodeAt(0) << 24) | (id.charCodeAt(1) << 16) | (id.charCodeAt(2) << 8) | id.charCodeAt(3);
}
