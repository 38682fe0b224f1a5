import { equalBytes, type InfoHash } from "../base/index.ts";
import type { RequestedTorrent } from "../transport/index.ts";
import type { Handshake } from "../wire/index.ts";
import type { SwarmOptions } from "./swarm-options.ts";

/** The info-hashes of a torrent by version. A hybrid torrent has both (BEP 52). */
export interface VersionedHashes {
  readonly v1: InfoHash | undefined;
  readonly v2: InfoHash | undefined;
}

/** Returns the info-hashes of a torrent that are known. */
export function versionedHashes({
  infoHash,
  otherHash,
}: Pick<SwarmOptions, "infoHash" | "otherHash">): VersionedHashes {
  const hashes = [infoHash, otherHash?.()];
  return {
    v1: hashes.find((hash) => hash?.version === 1),
    v2: hashes.find((hash) => hash?.version === 2),
  };
}

/**
 * Returns the info-hash for the reply to an incoming handshake. It is the requested one, except that a peer that
 * supports v2 and requests the v1 half of a hybrid torrent gets the v2 info-hash: that upgrades the connection to v2
 * (BEP 52). `undefined` when the torrent does not have the requested info-hash.
 */
export function replyHash({ v1, v2 }: VersionedHashes, requested: RequestedTorrent): InfoHash | undefined {
  if (v2 !== undefined && equalBytes(v2.wire, requested.infoHash)) return v2;
  if (v1 === undefined || !equalBytes(v1.wire, requested.infoHash)) return undefined;
  return requested.supportsV2 ? (v2 ?? v1) : v1;
}

/** Returns the info-hash with which to dial a peer. `isV2`: whether the peer is known from the v2 swarm. */
export function dialHash({ v1, v2 }: VersionedHashes, isV2: boolean): InfoHash | undefined {
  return isV2 ? (v2 ?? v1) : (v1 ?? v2);
}

/** Whether a peer's handshake belongs to a torrent with these info-hashes. */
export function isForTorrent({ v1, v2 }: VersionedHashes, { infoHash }: Handshake): boolean {
  return [v1, v2].some((hash) => hash !== undefined && equalBytes(hash.wire, infoHash));
}

/**
 * Whether a connection is one of v2, on which peers exchange hashes (BEP 52), after both handshakes. `isIncoming`: the
 * peer opened the connection, and this client replied with {@link replyHash}.
 */
export function isV2Connection({ v2 }: VersionedHashes, handshake: Handshake, isIncoming: boolean): boolean {
  if (v2 === undefined) return false;
  return equalBytes(v2.wire, handshake.infoHash) || (isIncoming && handshake.reserved.v2);
}
