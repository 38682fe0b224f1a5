import { ipBytes } from "../../base/index.ts";
import type { SyncHasher } from "../../base/index.ts";

/** The number of bytes of a bloom filter (BEP 33). */
export const BLOOM_LENGTH = 256;
const BITS = BLOOM_LENGTH * 8;
const HASHES = 2;

/** Adds an IP address to a bloom filter (BEP 33). */
export function bloomAdd(filter: Uint8Array, ip: string, hasher: SyncHasher): void {
  const hash = hasher.digestSync("sha1", ipBytes(ip));
  for (const at of [0, 2]) {
    const index = ((hash[at] ?? 0) | ((hash[at + 1] ?? 0) << 8)) % BITS;
    filter[index >> 3] = (filter[index >> 3] ?? 0) | (1 << (index & 7));
  }
}

/** Returns the estimated number of addresses in a filter (BEP 33). */
export function bloomCount(filter: Uint8Array): number {
  let zeros = 0;
  for (const byte of filter) for (let bit = 0; bit < 8; bit++) if ((byte & (1 << bit)) === 0) zeros++;
  if (zeros === BITS) return 0;
  return Math.log(Math.min(BITS - 1, Math.max(1, zeros)) / BITS) / (HASHES * Math.log(1 - 1 / BITS));
}

/** Adds all addresses in `filter` to the filter `into`. */
export function bloomUnite(into: Uint8Array, filter: Uint8Array): void {
  for (let at = 0; at < BLOOM_LENGTH; at++) into[at] = (into[at] ?? 0) | (filter[at] ?? 0);
}
