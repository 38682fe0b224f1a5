import { Bitfield, formatEndpoint, toHex, unreachable } from "../../base/index.ts";
import { clean } from "../../terminal/index.ts";
import { formatClient } from "../../wire/index.ts";
import type { Entry, WireMessage } from "../conversation/entry.ts";

/** A peer's message on one line: what is in it, in words of the protocol. `pieceCount` is the torrent's, when known. */
export function describeMessage(message: WireMessage, pieceCount?: number): string {
  switch (message.type) {
    case "keep-alive":
    case "choke":
    case "unchoke":
    case "interested":
    case "not-interested":
    case "have-all":
    case "have-none":
      return message.type;
    case "have":
    case "suggest":
    case "allowed-fast":
      return `${message.type} ${message.piece}`;
    case "bitfield":
      return describeBits(message.bits, pieceCount);
    case "request":
    case "cancel":
    case "reject":
      return `${message.type} ${span(message)}`;
    case "piece":
      return `piece ${span(message)}`;
    case "port":
      return `port ${message.port}`;
    case "handshake":
      return describeHandshake(message);
    case "extended-handshake":
      return describeExtendedHandshake(message);
    case "metadata-request":
    case "metadata-reject":
      return `${message.type} ${message.piece}`;
    case "metadata":
      return `metadata ${message.piece}, ${message.data.length} bytes${message.totalSize === undefined ? "" : ` of ${message.totalSize}`}`;
    case "pex":
      return `pex ${[listed("added", message.added), listed("dropped", message.dropped)].filter((part) => part !== "").join(", ") || "nothing new"}`;
    case "extended":
      return `extended ${message.name === undefined ? `id ${message.id}` : clean(message.name)}, ${message.payload.length} bytes`;
    case "hash-request":
    case "hashes":
    case "hash-reject":
      return `${message.type} layer ${message.baseLayer}, ${message.length} from ${message.index}`;
    case "unknown":
      return `unknown id ${message.id}, ${message.payload.length} bytes`;
    case "malformed":
      return `malformed ${message.name}: ${clean(message.why)}`;
    case "garbage":
      return `no message: ${clean(message.why)} (${shortHex(message.bytes)})`;
    case "closed":
      return `closed: ${clean(message.why)}`;
    default:
      return unreachable(message);
  }
}

/** `piece 3, 16384 bytes from 0`, as every block is written. */
function span({ piece, begin, length }: { readonly piece: number; readonly begin: number; readonly length: number }): string {
  return `${piece}, ${length} bytes from ${begin}`;
}

function describeBits(bits: Uint8Array, pieceCount: number | undefined): string {
  if (pieceCount === undefined || bits.length !== Math.ceil(pieceCount / 8)) return `bitfield of ${bits.length} bytes`;
  const spare = bits.length * 8 - pieceCount;
  const copy = bits.slice();
  if (spare > 0) copy[copy.length - 1] = (copy[copy.length - 1] ?? 0) & (0xff << spare);
  return `bitfield, ${describeBitfield(Bitfield.unpack(copy, pieceCount))}`;
}

/** Ranges shown of a bitfield. */
const RANGES = 6;

/** `12 of 16 pieces: 0-3, 5, 8-14`. */
export function describeBitfield(field: Bitfield): string {
  const share = `${field.count} of ${field.length} pieces`;
  if (field.isFull || field.isEmpty) return share;
  const ranges: string[] = [];
  let first: number | undefined;
  let last = -1;
  const end = (): void => {
    if (first !== undefined) ranges.push(first === last ? `${first}` : `${first}-${last}`);
  };
  for (const piece of field.ones()) {
    if (first === undefined || piece !== last + 1) {
      end();
      if (ranges.length > RANGES) break;
      first = piece;
    }
    last = piece;
  }
  if (ranges.length <= RANGES) end();
  return `${share}: ${ranges.slice(0, RANGES).join(", ")}${ranges.length > RANGES ? ", …" : ""}`;
}

function describeHandshake(message: Extract<WireMessage, { readonly type: "handshake" }>): string {
  const { reserved } = message;
  const can = [reserved.extended ? "extended" : "", reserved.fast ? "fast" : "", reserved.dht ? "dht" : "", reserved.v2 ? "v2" : ""].filter((name) => name !== "");
  return `handshake, ${clean(formatClient(message.peerId))}, info-hash ${toHex(message.infoHash).slice(0, 8)}…${can.length === 0 ? "" : `, ${can.join(" ")}`}`;
}

function describeExtendedHandshake(message: Extract<WireMessage, { readonly type: "extended-handshake" }>): string {
  const parts: string[] = [];
  if (message.client !== undefined) parts.push(JSON.stringify(clean(message.client)));
  for (const [name, id] of message.extensions) parts.push(`${clean(name)} ${id}`);
  if (message.metadataSize !== undefined) parts.push(`metadata ${message.metadataSize} bytes`);
  if (message.requestQueue !== undefined) parts.push(`reqq ${message.requestQueue}`);
  if (message.port !== undefined) parts.push(`port ${message.port}`);
  if (message.yourIp !== undefined) parts.push(`yourip ${message.yourIp}`);
  if (message.uploadOnly === true) parts.push("upload only");
  return `extended-handshake${parts.length === 0 ? "" : `, ${parts.join(", ")}`}`;
}

/** Peers named in a list. */
const NAMED = 3;

function listed(what: string, peers: Extract<WireMessage, { readonly type: "pex" }>["added"]): string {
  if (peers.length === 0) return "";
  return `${what} ${peers.length}: ${peers.slice(0, NAMED).map(formatEndpoint).join(" ")}${peers.length > NAMED ? " …" : ""}`;
}

function shortHex(bytes: Uint8Array): string {
  return `${toHex(bytes.subarray(0, 8))}${bytes.length > 8 ? "…" : ""}`;
}

/** The names of rules that an entry breaks: `! request.choked, ? pieces.late`. */
export function describeFindings(entry: Entry): string {
  return entry.findings.map(({ severity, rule }) => `${severity === "fault" ? "!" : "?"} ${rule}`).join(", ");
}
