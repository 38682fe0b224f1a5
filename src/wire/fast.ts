import { UsageError, ipBytes, ipFamily, readUint32 } from "../base/index.ts";
import type { SyncHasher } from "../base/index.ts";
import { MAX_ALLOWED_FAST } from "./limits.ts";

/** Options of {@link allowedFastSet}. */
export interface AllowedFastOptions {
  /** The 20 bytes of the info-hash as in the handshake. */
  readonly infoHash: Uint8Array;
  /** The IP address of the peer that receives the set. */
  readonly ip: string;
  /** The number of pieces of the torrent. */
  readonly pieceCount: number;
  /**
   * The number of pieces in the set; BEP 6 recommends 10. At most {@link MAX_ALLOWED_FAST} and the number of pieces of
   * the torrent.
   */
  readonly count?: number;
  readonly hasher: SyncHasher;
}

/**
 * The default number of pieces in the allowed-fast set (BEP 6). A new peer gets pieces to trade, but too few to
 * download without being unchoked.
 */
const DEFAULT_COUNT = 10;

/**
 * Returns the allowed-fast set: the pieces that a peer may request while it is choked (BEP 6). All seeds compute the
 * same set for all peers in one /24, so a second address in the network gains nothing. Empty for IPv6, for which BEP 6
 * has no rule. Throws {@link UsageError} `wire.field` when `pieceCount` is no valid number.
 */
export function allowedFastSet(options: AllowedFastOptions): number[] {
  const { infoHash, ip, pieceCount, count = DEFAULT_COUNT, hasher } = options;
  if (!Number.isSafeInteger(pieceCount) || pieceCount < 0) {
    throw new UsageError("wire.field", `pieceCount must be a whole number of pieces, not ${pieceCount}`, {
      fields: { field: "pieceCount", received: pieceCount },
    });
  }
  if (ipFamily(ip) !== 4) return [];
  const size = Math.min(count, MAX_ALLOWED_FAST, pieceCount);
  const chosen = new Set<number>();
  let x = new Uint8Array(24);
  x.set(ipBytes(ip).subarray(0, 3));
  x.set(infoHash.subarray(0, 20), 4);
  while (chosen.size < size) {
    x = new Uint8Array(hasher.digestSync("sha1", x));
    for (let at = 0; at < 20 && chosen.size < size; at += 4) chosen.add(readUint32(x, at) % pieceCount);
  }
  return [...chosen];
}
