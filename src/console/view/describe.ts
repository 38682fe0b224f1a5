import { formatEndpoint, toHex, unreachable, type Endpoint } from "../../base/index.ts";
import { formatClient, type ExtendedHandshake, type Handshake } from "../../wire/index.ts";
import { clean } from "../../terminal/index.ts";
import type { WireMessage } from "../conversation/entry.ts";

/** The maximum number of addresses or pieces that are listed; when there are more, only their number is printed. */
const SHOWN = 3;
/** The maximum number of bytes of unknown data that are printed. */
const SHOWN_BYTES = 16;

/**
 * Describes a message on one line: `request piece 0, 16384 bytes from 0`. The line begins with the message type,
 * spelled as in `next(type)`. `pieceCount` is the torrent's number of pieces, if known. Unsafe characters from the peer
 * are escaped.
 */
export function describeMessage(message: WireMessage, pieceCount?: number): string {
  return clean(describe(message, pieceCount));
}

function describe(message: WireMessage, pieceCount: number | undefined): string {
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
      return `${message.type} piece ${message.piece}`;
    case "bitfield":
      return describeBits(message.bits, pieceCount);
    case "request":
    case "cancel":
    case "reject":
    case "piece":
      return `${message.type === "piece" ? "" : `${message.type} `}piece ${message.piece}, ${bytes(message.length)} from ${message.begin}`;
    case "port":
      return `port ${message.port} of its DHT node`;
    case "handshake":
      return describeHandshake(message);
    case "extended-handshake":
      return describeExtended(message);
    case "metadata-request":
      return `metadata-request piece ${message.piece}`;
    case "metadata":
      return `metadata piece ${message.piece}, ${message.data.length}${message.totalSize === undefined ? "" : ` of ${message.totalSize}`} bytes`;
    case "metadata-reject":
      return `metadata-reject piece ${message.piece}`;
    case "pex":
      return describePeers(message.added, message.dropped);
    case "extended":
      return `extended ${message.name ?? "message"} (id ${message.id}), ${payload(message.payload)}`;
    case "hash-request":
    case "hash-reject":
    case "hashes":
      return describeHashes(message);
    case "unknown":
      return `unknown message (id ${message.id}), ${payload(message.payload)}`;
    case "malformed":
      return `malformed${message.why.startsWith(message.name) ? "" : ` ${message.name}`}: ${message.why} (${hex(message.payload)})`;
    case "garbage":
      return `garbage: ${message.why} (${hex(message.bytes)})`;
    case "closed":
      return `closed: ${message.why}`;
    default:
      return unreachable(message);
  }
}

function describeBits(bits: Uint8Array, pieceCount: number | undefined): string {
  if (bits.length === 0 && pieceCount !== undefined && pieceCount > 0)
    return "bitfield; its bits were dropped to save memory";
  let set = 0;
  for (const byte of bits) for (let rest = byte; rest > 0; rest >>= 1) set += rest & 1;
  return pieceCount === undefined
    ? `bitfield ${set} ${set === 1 ? "piece" : "pieces"}, ${bytes(bits.length)}`
    : `bitfield ${set} of ${pieceCount} pieces`;
}

function describeHandshake({ peerId, reserved }: Handshake): string {
  const can = (["extended", "fast", "dht", "v2"] as const).filter((name) => reserved[name]);
  const printed = String.fromCharCode(...peerId.subarray(0, 8)).replaceAll(/[^\x21-\x7e]/g, ".");
  const client = formatClient(peerId);
  // Whose client is unknown has the beginning of its id as its name already.
  const who = client.startsWith("unknown") ? client : `${printed}... ${client}`;
  return `handshake ${who}${can.length === 0 ? "" : `, ${can.join(", ")}`}`;
}

function describeExtended(handshake: ExtendedHandshake): string {
  const { client, extensions, requestQueue, metadataSize, port, yourIp, uploadOnly } = handshake;
  const parts = [
    client === undefined ? undefined : JSON.stringify(client),
    ...[...extensions].map(([name, id]) => `${name} ${id === 0 ? "off" : id}`),
    requestQueue === undefined ? undefined : `reqq ${requestQueue}`,
    metadataSize === undefined ? undefined : `metadata ${bytes(metadataSize)}`,
    port === undefined ? undefined : `port ${port}`,
    yourIp === undefined ? undefined : `you are ${yourIp}`,
    uploadOnly === true ? "upload only" : undefined,
  ].filter((part) => part !== undefined);
  return `extended-handshake: ${parts.join(", ") || "empty"}`;
}

function describePeers(added: readonly Endpoint[], dropped: readonly Endpoint[]): string {
  const list = (what: string, peers: readonly Endpoint[]): string[] =>
    peers.length === 0
      ? []
      : [
          `${what} ${peers.slice(0, SHOWN).map(formatEndpoint).join(", ")}${peers.length > SHOWN ? ` and ${peers.length - SHOWN} more` : ""}`,
        ];
  return `pex: ${[...list("added", added), ...list("dropped", dropped)].join("; ") || "nothing"}`;
}

function describeHashes(
  message: Extract<WireMessage, { readonly type: "hashes" | "hash-request" | "hash-reject" }>,
): string {
  const { type, root, baseLayer, index, length, proofLayers } = message;
  const given = message.type === "hashes" ? `, ${message.hashes.length / 32} in all` : "";
  return `${type} ${index} to ${index + length - 1} of layer ${baseLayer}, ${proofLayers} proof layers, root ${toHex(root.subarray(0, 4))}...${given}`;
}

function bytes(number: number): string {
  return `${number} ${number === 1 ? "byte" : "bytes"}`;
}

function payload(value: Uint8Array): string {
  return value.length === 0 ? "no payload" : `${bytes(value.length)}: ${hex(value)}`;
}

/** Returns the first bytes as hexadecimal text. */
function hex(value: Uint8Array): string {
  return value.length === 0
    ? "no bytes"
    : `${toHex(value.subarray(0, SHOWN_BYTES))}${value.length > SHOWN_BYTES ? "..." : ""}`;
}
