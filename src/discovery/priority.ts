import {
  addressEndpoint,
  compareBytes,
  concatBytes,
  crc32c,
  ipBytes,
  ipFamily,
  packEndpoint,
  type PeerAddress,
} from "../base/index.ts";

function masked(ip: Uint8Array, keep: number): Uint8Array {
  return ip.map((byte, index) => (index < keep ? byte : byte & 0x55));
}

/**
 * Returns the canonical priority of the connection between two peers (BEP 40); higher is better, 0 when a peer has no
 * IP address. Both ends compute the same number. The connections that a full client keeps are therefore a random but
 * stable choice, and a peer gains nothing by claiming an address near that of the other.
 */
export function peerPriority(a: PeerAddress, b: PeerAddress): number {
  const [near, far] = [addressEndpoint(a), addressEndpoint(b)];
  if (near === undefined || far === undefined || ipFamily(near.ip) !== ipFamily(far.ip)) return 0;
  const first = ipBytes(near.ip);
  const second = ipBytes(far.ip);
  if (near.ip === far.ip) {
    const ports = [packEndpoint(near).subarray(-2), packEndpoint(far).subarray(-2)].sort(compareBytes);
    return crc32c(concatBytes(ports));
  }
  // The more the addresses share, the more of them counts: /16 unless they share that, /24, all (IPv6: /48, /56, …).
  const [coarse, fine, whole] = ipFamily(near.ip) === 4 ? [2, 3, 4] : [6, 7, 8];
  const same = (count: number): boolean => compareBytes(first.subarray(0, count), second.subarray(0, count)) === 0;
  const keep = same(fine) ? whole : same(coarse) ? fine : coarse;
  const parts = [masked(first, keep), masked(second, keep)].sort(compareBytes);
  return crc32c(concatBytes(parts));
}
