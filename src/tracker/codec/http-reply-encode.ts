import type { IpFamily } from "../../base/index.ts";
import { pooledBytes, unpackEndpoints, writeAscii } from "../../base/index.ts";
import type { BInput } from "../../bencode/index.ts";
import { encode } from "../../bencode/index.ts";

/** A tracker's reply to an HTTP announce. Peers are packed: 6 (IPv4) and 18 (IPv6) bytes each. */
export interface AnnounceReplyFields {
  /** The interval between announces in seconds. */
  readonly interval: number;
  /** The minimal interval between announces in seconds. */
  readonly minInterval: number;
  readonly seeders: number;
  readonly leechers: number;
  readonly completed: number;
  readonly peers4: Uint8Array;
  readonly peers6: Uint8Array;
  /** The client's address, 4 or 16 bytes (BEP 24). */
  readonly externalIp: Uint8Array;
}

/** Peer ids for a reply with dictionaries (BEP 3): 20 bytes for each of `peers4` and of `peers6`. */
export interface ReplyPeerIds {
  readonly peerIds4: Uint8Array;
  readonly peerIds6: Uint8Array;
}

/**
 * Returns a compact reply (BEP 23, `peers6` per BEP 7). Written by hand, in the order of its keys: this is a tracker's
 * hot path.
 */
export function encodeCompactReply(fields: AnnounceReplyFields): Uint8Array {
  const { peers4, peers6, externalIp } = fields;
  const head = `d8:completei${fields.seeders}e10:downloadedi${fields.completed}e11:external ip${externalIp.length}:`;
  const middle = `10:incompletei${fields.leechers}e8:intervali${fields.interval}e12:min intervali${fields.minInterval}e5:peers${peers4.length}:`;
  const tail = peers6.length === 0 ? "e" : `6:peers6${peers6.length}:`;
  const out = pooledBytes(
    head.length +
      externalIp.length +
      middle.length +
      peers4.length +
      tail.length +
      peers6.length +
      (peers6.length === 0 ? 0 : 1),
  );
  let at = writeAscii(out, 0, head);
  out.set(externalIp, at);
  at += externalIp.length;
  at = writeAscii(out, at, middle);
  out.set(peers4, at);
  at += peers4.length;
  at = writeAscii(out, at, tail);
  if (peers6.length === 0) return out;
  out.set(peers6, at);
  out[at + peers6.length] = 0x65;
  return out;
}

function dictionaryPeers(compact: Uint8Array, family: IpFamily, ids: Uint8Array | undefined): BInput[] {
  return unpackEndpoints(compact, family).map((peer, index) => ({
    ip: peer.ip,
    port: peer.port,
    "peer id": ids?.subarray(20 * index, 20 * index + 20),
  }));
}

/**
 * Returns a reply with a dictionary for each peer (BEP 3), for clients that ask for `compact=0`; without `ids` as with
 * `no_peer_id=1`.
 */
export function encodeDictionaryReply(fields: AnnounceReplyFields, ids?: ReplyPeerIds): Uint8Array {
  const peers = [
    ...dictionaryPeers(fields.peers4, 4, ids?.peerIds4),
    ...dictionaryPeers(fields.peers6, 6, ids?.peerIds6),
  ];
  return encode({
    complete: fields.seeders,
    downloaded: fields.completed,
    "external ip": fields.externalIp,
    incomplete: fields.leechers,
    interval: fields.interval,
    "min interval": fields.minInterval,
    peers,
  });
}

/** Returns a refusal; `retryInMinutes` per BEP 31. */
export function encodeFailure(reason: string, retryInMinutes?: number | "never"): Uint8Array {
  return encode({ "failure reason": reason, "retry in": retryInMinutes });
}
