import type { IpFamily } from "../../base/index.ts";
import { pooledBytes, unpackEndpoints, writeAscii } from "../../base/index.ts";
import type { BInput } from "../../bencode/index.ts";
import { encode } from "../../bencode/index.ts";

/** The fields of a tracker's reply to an HTTP announce. Peers are in compact form: 6 (IPv4) or 18 (IPv6) bytes each. */
export interface AnnounceReplyFields {
  /** The interval between announces in seconds. */
  readonly interval: number;
  /** The minimum interval between announces in seconds. */
  readonly minInterval: number;
  readonly seeders: number;
  readonly leechers: number;
  readonly completed: number;
  readonly peers4: Uint8Array;
  readonly peers6: Uint8Array;
  /** The client's address, 4 or 16 bytes (BEP 24). */
  readonly externalIp: Uint8Array;
}

/**
 * The peer ids for a reply with one dictionary for each peer (BEP 3): 20 bytes for each of `peers4` and of `peers6`.
 */
export interface ReplyPeerIds {
  readonly peerIds4: Uint8Array;
  readonly peerIds6: Uint8Array;
}

/**
 * Encodes a reply with compact peers (BEP 23; `peers6` of BEP 7). It does not use the general encoder, because a
 * tracker calls it for every announce.
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
 * Encodes a reply with one dictionary for each peer (BEP 3), for clients that send `compact=0`. Without `ids` there are
 * no peer ids (`no_peer_id=1`).
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

/** Encodes a reply that refuses the request, with its reason. `retryInMinutes` is the key `retry in` of BEP 31. */
export function encodeFailure(reason: string, retryInMinutes?: number | "never"): Uint8Array {
  return encode({ "failure reason": reason, "retry in": retryInMinutes });
}
