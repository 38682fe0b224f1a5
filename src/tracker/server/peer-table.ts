import { readUint32, writeUint32 } from "../../base/index.ts";

const PEER_ID = 20;
/** The length in bytes of a peer's details: its peer id, and the time of its last announce in seconds. */
const DETAILS = PEER_ID + 4;
/** The maximum number of peers that are searched without an index. Most swarms are smaller. */
const LINEAR = 12;
const FIRST_CAPACITY = 4;

/**
 * The peers of one torrent, one IP family and one kind (seeders or leechers), identified by IP address and port. Each
 * peer is a numbered record in one byte array: the first part of the array has the addresses and ports of all records
 * in compact form (6 or 18 bytes), the second part has their details. A reply reads addresses only; because they are
 * adjacent, it reads a fifth of the cache lines that whole records would take. When a record is removed, the last
 * record takes its number, so that numbers have no gaps and a random peer is a random number.
 *
 * Above {@link LINEAR} peers, a hash table with open addressing finds records: it contains record numbers plus 1,
 * placed by a seeded hash.
 */
export class PeerTable {
  /** The length of an IP address and port in compact form: 6 or 18 bytes. */
  readonly #compact: number;
  readonly #seed: number;
  #records: Uint8Array;
  /** The number of records for which memory is allocated. */
  #capacity = FIRST_CAPACITY;
  #count = 0;
  #index: Int32Array | undefined;

  /** `seed` is a random number for the hash, so that no client can choose addresses with equal hashes. */
  constructor(compactLength: 6 | 18, seed: number) {
    this.#compact = compactLength;
    this.#seed = seed;
    this.#records = new Uint8Array((compactLength + DETAILS) * FIRST_CAPACITY);
  }

  get count(): number {
    return this.#count;
  }

  /** Returns the record number of the peer with this address and port; -1 when it is not in the table. */
  find(compact: Uint8Array): number {
    const index = this.#index;
    if (index === undefined) {
      for (let at = 0; at < this.#count; at++) if (this.#is(at, compact)) return at;
      return -1;
    }
    const mask = index.length - 1;
    for (let slot = this.#hash(compact, 0) & mask; ; slot = (slot + 1) & mask) {
      const entry = index[slot] ?? 0;
      if (entry === 0) return -1;
      if (this.#is(entry - 1, compact)) return entry - 1;
    }
  }

  /** Stores the peer id and the time of an announce (in seconds) in a record. */
  touch(record: number, peerId: Uint8Array, seconds: number): void {
    const at = this.#details(record);
    this.#records.set(peerId, at);
    writeUint32(this.#records, at + PEER_ID, seconds);
  }

  /** Adds a peer that is not in the table and returns its record number. */
  add(compact: Uint8Array, peerId: Uint8Array, seconds: number): number {
    const record = this.#count;
    if (record === this.#capacity) this.#resize(this.#capacity * 2);
    this.#records.set(compact, record * this.#compact);
    this.#count++;
    this.touch(record, peerId, seconds);
    if (this.#index !== undefined && this.#count * 2 <= this.#index.length) this.#enter(this.#index, record);
    else if (this.#count > LINEAR) this.#rebuild();
    return record;
  }

  /** Removes a record. The last record gets its number. */
  removeAt(record: number): void {
    const last = this.#count - 1;
    if (this.#index !== undefined) {
      this.#leave(this.#index, record);
      if (record !== last) this.#leave(this.#index, last);
    }
    if (record !== last) {
      this.#records.copyWithin(record * this.#compact, last * this.#compact, (last + 1) * this.#compact);
      this.#records.copyWithin(this.#details(record), this.#details(last), this.#details(last + 1));
    }
    this.#count = last;
    if (this.#index !== undefined && record !== last) this.#enter(this.#index, record);
  }

  /**
   * Removes all peers whose last announce was before `seconds`; returns their number. Frees memory when most are
   * removed.
   */
  expire(seconds: number): number {
    const before = this.#count;
    for (let record = this.#count - 1; record >= 0; record--) {
      if (readUint32(this.#records, this.#details(record) + PEER_ID) < seconds) this.removeAt(record);
    }
    if (this.#capacity > FIRST_CAPACITY * 4 && this.#count < this.#capacity / 8) this.#shrink();
    return before - this.#count;
  }

  /**
   * Copies up to `want` random, distinct peers to `out`, behind the `skip` peers that `out` already has. Never copies
   * the record `except` (-1: no exception). Returns the number of peers copied. The records are divided into `want`
   * runs of equal length, and one is taken from each: every peer has the same probability, and the time depends on
   * `want` only. Peer ids are copied to `ids` when it is given.
   */
  sample(out: Uint8Array, skip: number, want: number, except: number, random: () => number, ids?: Uint8Array): number {
    const excluded = except >= 0 ? 1 : 0;
    const available = this.#count - excluded;
    const take = Math.min(want, available);
    if (take <= 0) return 0;
    const records = this.#records;
    const compact = this.#compact;
    const turn = Math.floor(random() * available);
    // Run i ends at floor((i + 1) * available / take): the integer part and the remainder are added up, so no run needs
    // a division.
    const whole = Math.floor(available / take);
    const rest = available % take;
    let owed = 0;
    let from = 0;
    let at = skip * compact;
    for (let i = 0; i < take; i++) {
      let length = whole;
      owed += rest;
      if (owed >= take) {
        owed -= take;
        length++;
      }
      let record = turn + from + (length === 1 ? 0 : Math.floor(random() * length));
      if (record >= available) record -= available;
      if (excluded === 1 && record >= except) record++;
      from += length;
      for (let byte = record * compact, end = byte + compact; byte < end; byte++) out[at++] = records[byte] ?? 0;
      if (ids !== undefined)
        ids.set(records.subarray(this.#details(record), this.#details(record) + PEER_ID), (skip + i) * PEER_ID);
    }
    return take;
  }

  /** Returns the offset of a record's details in the byte array. */
  #details(record: number): number {
    return this.#capacity * this.#compact + record * DETAILS;
  }

  #is(record: number, compact: Uint8Array): boolean {
    const at = record * this.#compact;
    // Ports and the last bytes of addresses differ most often, so they are compared first.
    for (let i = this.#compact - 1; i >= 0; i--) if (this.#records[at + i] !== compact[i]) return false;
    return true;
  }

  #hash(bytes: Uint8Array, at: number): number {
    let hash = this.#seed;
    for (let i = 0; i < this.#compact; i++) hash = Math.imul(hash ^ (bytes[at + i] ?? 0), 0x01000193);
    hash ^= hash >>> 15;
    hash = Math.imul(hash, 0x2c1b3c6d);
    return (hash ^ (hash >>> 13)) >>> 0;
  }

  #enter(index: Int32Array, record: number): void {
    const mask = index.length - 1;
    let slot = this.#hash(this.#records, record * this.#compact) & mask;
    while (index[slot] !== 0) slot = (slot + 1) & mask;
    index[slot] = record + 1;
  }

  /**
   * Removes a record from the index. Also moves the records that were placed further on because this slot was taken, so
   * that a search for them does not stop at the gap.
   */
  #leave(index: Int32Array, record: number): void {
    const mask = index.length - 1;
    let gap = this.#hash(this.#records, record * this.#compact) & mask;
    while (index[gap] !== record + 1) gap = (gap + 1) & mask;
    for (let slot = (gap + 1) & mask; ; slot = (slot + 1) & mask) {
      const entry = index[slot] ?? 0;
      if (entry === 0) break;
      const home = this.#hash(this.#records, (entry - 1) * this.#compact) & mask;
      if (((slot - home) & mask) < ((slot - gap) & mask)) continue;
      index[gap] = entry;
      gap = slot;
    }
    index[gap] = 0;
  }

  #resize(capacity: number): void {
    const records = new Uint8Array(capacity * (this.#compact + DETAILS));
    records.set(this.#records.subarray(0, this.#count * this.#compact));
    records.set(this.#records.subarray(this.#details(0), this.#details(this.#count)), capacity * this.#compact);
    this.#records = records;
    this.#capacity = capacity;
  }

  #shrink(): void {
    this.#resize(Math.max(FIRST_CAPACITY, this.#count * 2));
    if (this.#count > LINEAR) this.#rebuild();
    else this.#index = undefined;
  }

  #rebuild(): void {
    let size = 32;
    while (size < this.#count * 4) size *= 2;
    const index = new Int32Array(size);
    for (let record = 0; record < this.#count; record++) this.#enter(index, record);
    this.#index = index;
  }
}
