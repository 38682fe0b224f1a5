import type { IpFamily } from "../../base/index.ts";
import {
  pooledBytes,
  cleanBytes,
  concatBytes,
  readUint32,
  TrackerError,
  unpackEndpoints,
  utf8,
  writeUint32,
} from "../../base/index.ts";
import { MAX_REPLY_PEERS } from "../limits.ts";
import type { AnnounceReply, ScrapeEntry } from "./types.ts";
import { UdpAction } from "./udp-constants.ts";

function short(what: string, datagram: Uint8Array): TrackerError {
  return new TrackerError("tracker.malformed", `the tracker's ${what} reply of ${datagram.length} bytes is too short`);
}

/**
 * Reads the action and transaction id of a reply, which identify the request. Returns `undefined` when the datagram is
 * too short or no reply.
 */
export function readUdpHeader(
  datagram: Uint8Array,
): { readonly action: number; readonly transactionId: number } | undefined {
  return datagram.length < 8 ? undefined : { action: readUint32(datagram, 0), transactionId: readUint32(datagram, 4) };
}

/** Returns the connection id of a connect reply: a copy of 8 bytes. Throws TrackerError `tracker.malformed`. */
export function decodeUdpConnect(datagram: Uint8Array): Uint8Array {
  if (datagram.length < 16) throw short("connect", datagram);
  return datagram.slice(8, 16);
}

/**
 * Decodes the reply to an announce. `family` is the IP family of the socket, which decides the length of a peer (BEP
 * 15). An incomplete last peer is ignored. Throws `tracker.malformed`.
 */
export function decodeUdpAnnounce(datagram: Uint8Array, family: IpFamily): AnnounceReply {
  if (datagram.length < 20) throw short("announce", datagram);
  const size = family === 4 ? 6 : 18;
  const count = Math.min(Math.floor((datagram.length - 20) / size), MAX_REPLY_PEERS);
  const signed = (offset: number): number => Math.max(0, readUint32(datagram, offset) | 0);
  return {
    peers: unpackEndpoints(datagram.subarray(20, 20 + count * size), family).filter((peer) => peer.port > 0),
    interval: signed(8),
    leechers: signed(12),
    seeders: signed(16),
  };
}

/**
 * Decodes the reply to a scrape of `asked` torrents: one entry for each, in the order of the request. Missing entries
 * at the end are `undefined`. Throws `tracker.malformed`.
 */
export function decodeUdpScrape(datagram: Uint8Array, asked: number): (ScrapeEntry | undefined)[] {
  if (datagram.length < 8 + 12) throw short("scrape", datagram);
  return Array.from({ length: asked }, (_, index) => {
    const at = 8 + 12 * index;
    if (at + 12 > datagram.length) return undefined;
    return {
      seeders: readUint32(datagram, at),
      completed: readUint32(datagram, at + 4),
      leechers: readUint32(datagram, at + 8),
    };
  });
}

/** Returns the TrackerError `tracker.failure` for an error reply, with the tracker's text. */
export function decodeUdpError(datagram: Uint8Array): TrackerError {
  const text = cleanBytes(datagram.subarray(8));
  return new TrackerError("tracker.failure", `the tracker refuses: ${text === "" ? "no reason given" : text}`, {
    fields: { reason: text },
  });
}

function header(length: number, action: UdpAction, transactionId: number): Uint8Array {
  const out = pooledBytes(length);
  writeUint32(out, 0, action);
  writeUint32(out, 4, transactionId);
  return out;
}

/** Encodes a connect reply (BEP 15): 16 bytes. `connectionId` has 8 bytes. */
export function encodeUdpConnectReply(transactionId: number, connectionId: Uint8Array): Uint8Array {
  const out = header(16, UdpAction.connect, transactionId);
  out.set(connectionId, 8);
  return out;
}

/** The counts and peers of an announce reply. `peers` is in compact form, 6 or 18 bytes each. */
export interface UdpAnnounceFigures {
  readonly interval: number;
  readonly leechers: number;
  readonly seeders: number;
  readonly peers: Uint8Array;
}

/** Encodes an announce reply (BEP 15): 20 bytes, then the peers. */
export function encodeUdpAnnounceReply(transactionId: number, figures: UdpAnnounceFigures): Uint8Array {
  const out = header(20 + figures.peers.length, UdpAction.announce, transactionId);
  writeUint32(out, 8, figures.interval);
  writeUint32(out, 12, figures.leechers);
  writeUint32(out, 16, figures.seeders);
  out.set(figures.peers, 20);
  return out;
}

/** Encodes a scrape reply (BEP 15): 8 bytes, then 12 for each entry. */
export function encodeUdpScrapeReply(transactionId: number, entries: readonly ScrapeEntry[]): Uint8Array {
  const out = header(8 + 12 * entries.length, UdpAction.scrape, transactionId);
  entries.forEach((entry, index) => {
    const at = 8 + 12 * index;
    writeUint32(out, at, entry.seeders);
    writeUint32(out, at + 4, entry.completed);
    writeUint32(out, at + 8, entry.leechers);
  });
  return out;
}

/** Encodes an error reply (BEP 15): 8 bytes, then `message` in UTF-8. */
export function encodeUdpErrorReply(transactionId: number, message: string): Uint8Array {
  return concatBytes([header(8, UdpAction.error, transactionId), utf8(message)]);
}
