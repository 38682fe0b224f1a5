import { readUint32, writeUint32 } from "../../base/index.ts";

const PEER_ID = 20;
/** The bytes kept of a peer besides its address: peer id, and the second of its last announce. */
const DETAILS = PEER_ID + 4;
/** Up to here a table is searched from end to end: most swarms are small, and need no index. */
const LINEAR = 12;
const FIRST_CAPACITY = 4;

/**
 * Peers of one torrent, one IP family and one kind (seeders or leechers), distinguished by address and port. A peer is
 * one record in one byte array, in two places: in front address and port as replies carry them (6 or 18 bytes), behind
 * the addresses of all its details. A reply names 50 peers and looks at addresses alone; side by side these fill a
 * fifth of the cache lines that whole records would, and fetching those was most of what an announce cost. A removed
 * record is replaced by the last one, so records are always dense and any of them is found by number: that makes a
 * random choice cheap.
 *
 * Beyond {@link LINEAR} peers an open-addressing index (record number + 1 by seeded hash) finds records.
 */
export class PeerTable {
  /** The length of address and port: 6 or 18 bytes. */
  readonly #compact: number;
  readonly #seed: number;
  #records: Uint8Array;
  /** The number of records for which memory is allocated. */
  #capacity = FIRST_CAPACITY;
  #count = 0;
  #index: Int32Array | undefined;

  /** `seed`: random, so that no client can choose addresses that collide. */
  constructor(compactLength: 6 | 18, seed: number) {
    this.#compact = compactLength;
    this.#seed = seed;
    this.#records = new Uint8Array((compactLength + DETAILS) * FIRST_CAPACITY);
  }

  get count(): number {
    return this.#count;
  }

  /** Returns the record number of a peer, or -1. */
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

  /** Notes an announce of the peer with this record number. */
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

  /** Removes a record; the last one takes its number. */
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

  /** Removes all that were last seen before `seconds`; returns how many. Gives memory back when most are gone. */
  expire(seconds: number): number {
    const before = this.#count;
    for (let record = this.#count - 1; record >= 0; record--) {
      if (readUint32(this.#records, this.#details(record) + PEER_ID) < seconds) this.removeAt(record);
    }
    if (this.#capacity > FIRST_CAPACITY * 4 && this.#count < this.#capacity / 8) this.#shrink();
    return before - this.#count;
  }

  /**
   * Copies `want` peers, chosen at random and all different, to `out` behind the `skip` peers that are there; never the
   * record
   * `except` (-1: none). Returns how many. The records are cut into `want` equal runs and one is taken of each: every
   * peer is as likely as any other, in time that depends on `want` alone. Peer ids go to `ids` when given.
   */
  sample(out: Uint8Array, skip: number, want: number, except: number, random: () => number, ids?: Uint8Array): number {
    const excluded = except >= 0 ? 1 : 0;
    const available = this.#count - excluded;
    const take = Math.min(want, available);
    if (take <= 0) return 0;
    const records = this.#records;
    const compact = this.#compact;
    const turn = Math.floor(random() * available);
    // Run i ends at floor((i + 1) * available / take): a whole part, and a remainder that adds up, with no division for
    // each run.
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

  /** Returns the offset of the details of a record. */
  #details(record: number): number {
    return this.#capacity * this.#compact + record * DETAILS;
  }

  #is(record: number, compact: Uint8Array): boolean {
    const at = record * this.#compact;
    // The port, and the end of the address, differ soonest.
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
   * Removes a record from the index and moves up records that were displaced past it, so that no gap ends a search
   * early.
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
