import {
  InputError,
  ipBytes,
  ipFamily,
  latin1Decode,
  readUint16,
  readUint32,
  utf8,
  writeUint16,
  writeUint32,
} from "../../base/index.ts";
import type { InfoHash } from "../../base/index.ts";
import { MAX_UDP_SCRAPE_HASHES } from "../limits.ts";
import type { AnnounceEvent, AnnounceFields } from "./types.ts";
import {
  MAX_URL_DATA_BYTES,
  MAX_URL_DATA_OPTION,
  UDP_ANNOUNCE_LENGTH,
  UDP_PROTOCOL_ID,
  UdpAction,
  UdpOption,
  writeUint64,
} from "./udp-constants.ts";
import { counter } from "./url.ts";

const EVENTS: readonly (AnnounceEvent | undefined)[] = [undefined, "completed", "started", "stopped"];

function header(length: number, connectionId: Uint8Array, action: UdpAction, transactionId: number): Uint8Array {
  const out = new Uint8Array(length);
  out.set(connectionId);
  writeUint32(out, 8, action);
  writeUint32(out, 12, transactionId);
  return out;
}

/** Encodes a connect request (BEP 15) of 16 bytes. */
export function encodeUdpConnect(transactionId: number): Uint8Array {
  return header(16, UDP_PROTOCOL_ID, UdpAction.connect, transactionId);
}

/** Encodes the path and query of the tracker's URL as URLData options (BEP 41), cut to {@link MAX_URL_DATA_BYTES}. */
function urlDataOptions(urlData: string): Uint8Array {
  const data = utf8(urlData).subarray(0, MAX_URL_DATA_BYTES);
  const out = new Uint8Array(data.length + 2 * Math.ceil(data.length / MAX_URL_DATA_OPTION));
  let at = 0;
  for (let from = 0; from < data.length; from += MAX_URL_DATA_OPTION) {
    const part = data.subarray(from, from + MAX_URL_DATA_OPTION);
    out[at] = UdpOption.urlData;
    out[at + 1] = part.length;
    out.set(part, at + 2);
    at += part.length + 2;
  }
  return out;
}

/**
 * Encodes an announce request (BEP 15). `connectionId` has 8 bytes; `urlData` is the path and query of the tracker's
 * URL (BEP 41), "" when it has none.
 */
export function encodeUdpAnnounce(
  connectionId: Uint8Array,
  transactionId: number,
  fields: AnnounceFields,
  urlData = "",
): Uint8Array {
  const options = urlDataOptions(urlData);
  const out = header(UDP_ANNOUNCE_LENGTH + options.length, connectionId, UdpAction.announce, transactionId);
  out.set(fields.infoHash.wire, 16);
  out.set(fields.peerId.bytes, 36);
  writeUint64(out, 56, counter(fields.downloaded));
  writeUint64(out, 64, counter(fields.left));
  writeUint64(out, 72, counter(fields.uploaded));
  writeUint32(out, 80, EVENTS.indexOf(fields.event));
  if (fields.ip !== undefined && ipFamily(fields.ip) === 4) out.set(ipBytes(fields.ip), 84);
  writeUint32(out, 88, fields.key ?? 0);
  writeUint32(out, 92, fields.numWant === undefined ? 0xff_ff_ff_ff : Math.min(counter(fields.numWant), 0x7f_ff_ff_ff));
  writeUint16(out, 96, fields.port);
  out.set(options, UDP_ANNOUNCE_LENGTH);
  return out;
}

/**
 * Encodes a scrape request for 1 to {@link MAX_UDP_SCRAPE_HASHES} torrents (BEP 15). Throws {@link InputError}
 * `tracker.scrape-count`.
 */
export function encodeUdpScrape(
  connectionId: Uint8Array,
  transactionId: number,
  infoHashes: readonly InfoHash[],
): Uint8Array {
  if (infoHashes.length === 0 || infoHashes.length > MAX_UDP_SCRAPE_HASHES) {
    throw new InputError(
      "tracker.scrape-count",
      `one UDP scrape can request 1 to ${MAX_UDP_SCRAPE_HASHES} torrents, not ${infoHashes.length}`,
    );
  }
  const out = header(16 + 20 * infoHashes.length, connectionId, UdpAction.scrape, transactionId);
  infoHashes.forEach((hash, index) => out.set(hash.wire, 16 + 20 * index));
  return out;
}

/** A decoded request, as a UDP tracker receives it. Byte fields are views of the datagram. */
export type UdpRequest =
  | { readonly kind: "connect"; readonly transactionId: number }
  | {
      readonly kind: "announce";
      readonly transactionId: number;
      readonly connectionId: Uint8Array;
      readonly infoHash: Uint8Array;
      readonly peerId: Uint8Array;
      /** Whether `left` is 0: the client is a seeder. Trackers do not need the exact value. */
      readonly isSeeder: boolean;
      readonly event: AnnounceEvent | undefined;
      /** The number of peers requested; `undefined`: the tracker's default. */
      readonly numWant: number | undefined;
      readonly port: number;
    }
  | {
      readonly kind: "scrape";
      readonly transactionId: number;
      readonly connectionId: Uint8Array;
      readonly infoHashes: readonly Uint8Array[];
    };

function startsWithProtocolId(datagram: Uint8Array): boolean {
  for (let i = 0; i < 8; i++) if (datagram[i] !== UDP_PROTOCOL_ID[i]) return false;
  return true;
}

/**
 * Decodes a request to a UDP tracker. Returns `undefined` when the datagram is no valid request; it then gets no reply.
 */
export function decodeUdpRequest(datagram: Uint8Array): UdpRequest | undefined {
  if (datagram.length < 16) return undefined;
  const transactionId = readUint32(datagram, 12);
  const connectionId = datagram.subarray(0, 8);
  switch (readUint32(datagram, 8)) {
    case UdpAction.connect:
      return startsWithProtocolId(datagram) ? { kind: "connect", transactionId } : undefined;
    case UdpAction.announce: {
      if (datagram.length < UDP_ANNOUNCE_LENGTH) return undefined;
      const numWant = readUint32(datagram, 92);
      return {
        kind: "announce",
        transactionId,
        connectionId,
        infoHash: datagram.subarray(16, 36),
        peerId: datagram.subarray(36, 56),
        isSeeder: readUint32(datagram, 64) === 0 && readUint32(datagram, 68) === 0,
        event: EVENTS[readUint32(datagram, 80)],
        numWant: numWant > 0x7f_ff_ff_ff ? undefined : numWant,
        port: readUint16(datagram, 96),
      };
    }
    case UdpAction.scrape: {
      const count = Math.min(Math.floor((datagram.length - 16) / 20), MAX_UDP_SCRAPE_HASHES);
      if (count === 0) return undefined;
      return {
        kind: "scrape",
        transactionId,
        connectionId,
        infoHashes: Array.from({ length: count }, (_, i) => datagram.subarray(16 + 20 * i, 36 + 20 * i)),
      };
    }
    default:
      return undefined;
  }
}

/**
 * Reads the URLData options after an announce request (BEP 41): the path and query of the tracker's URL that the client
 * uses. Returns "" when there are none.
 */
export function readUdpUrlData(datagram: Uint8Array): string {
  let text = "";
  for (let at = UDP_ANNOUNCE_LENGTH; at < datagram.length;) {
    const type = datagram[at];
    if (type === UdpOption.end) break;
    if (type === UdpOption.nop) {
      at++;
      continue;
    }
    const length = datagram[at + 1] ?? 0;
    if (at + 2 + length > datagram.length) break;
    if (type === UdpOption.urlData) text += latin1Decode(datagram.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return text;
}
