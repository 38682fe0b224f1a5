import { compareBytes, concatBytes, ipBytes, ipFamily, packEndpoint, type PeerAddress } from "../base/index.ts";

const CRC32C = new Uint32Array(256);
for (let i = 0; i < 256; i++) {
  let value = i;
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  CRC32C[i] = value >>> 0;
}

/** CRC-32C (Castagnoli), as BEP 40 uses it. Returns an unsigned 32-bit number. */
export function crc32c(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = (CRC32C[(sum ^ byte) & 0xff] ?? 0) ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}

function masked(ip: Uint8Array, keep: number): Uint8Array {
  return ip.map((byte, index) => (index < keep ? byte : byte & 0x55));
}

/**
 * Canonical peer priority (BEP 40): both ends compute the same number, so that the connections that a full client keeps
 * are a random but stable choice, and no peer gains by claiming an address near the other's. Higher is better; 0 for
 * peers that are not known by an IP address.
 */
export function peerPriority(a: PeerAddress, b: PeerAddress): number {
  if (a.kind !== "ip" || b.kind !== "ip") return 0;
  if (ipFamily(a.ip) !== ipFamily(b.ip)) return 0;
  const first = ipBytes(a.ip);
  const second = ipBytes(b.ip);
  if (a.ip === b.ip) {
    const ports = [packEndpoint(a).subarray(-2), packEndpoint(b).subarray(-2)].sort(compareBytes);
    return crc32c(concatBytes(ports));
  }
  // The more the addresses share, the more of them counts: /16 unless they share that, /24, all (IPv6: /48, /56, …).
  const [coarse, fine, whole] = ipFamily(a.ip) === 4 ? [2, 3, 4] : [6, 7, 8];
  const same = (count: number): boolean => compareBytes(first.subarray(0, count), second.subarray(0, count)) === 0;
  const keep = same(fine) ? whole : same(coarse) ? fine : coarse;
  const parts = [masked(first, keep), masked(second, keep)].sort(compareBytes);
  return crc32c(concatBytes(parts));
}
