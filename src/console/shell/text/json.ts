import { Bitfield, InfoHash, PeerId, toHex } from "../../../base/index.ts";
import { PeerView } from "../../session/peer/peer-view.ts";
import { Piece } from "../../session/pieces.ts";
import { ConsoleTracker } from "../../session/tracker.ts";
import { Table } from "../../view/index.ts";
import { Text } from "../help.ts";

/** The maximum depth of nested objects in JSON output. */
const DEPTH = 6;

/**
 * Converts a value to one that JSON supports: bytes as hexadecimal text; peers, trackers and pieces as objects of
 * their properties.
 */
export function toJson(value: unknown, depth = 0): unknown {
  if (value === undefined || typeof value === "function" || typeof value === "symbol") return null;
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Uint8Array) return toHex(value);
  if (value instanceof Bitfield) return [...value.ones()];
  if (value instanceof InfoHash) return value.hex;
  if (value instanceof PeerId) return value.hex;
  if (value instanceof Text) return value.toString();
  if (value instanceof Table)
    return value.rows.map((row) => row.map((cell) => (typeof cell === "string" ? cell : cell.text)));
  if (depth >= DEPTH) return null;
  const inner = (each: unknown): unknown => toJson(each, depth + 1);
  if (value instanceof PeerView) return inner(peerFacts(value));
  if (value instanceof ConsoleTracker)
    return inner({
      url: value.url,
      tier: value.tier,
      state: value.state,
      reply: value.reply,
      figures: value.figures,
      message: value.message,
    });
  if (value instanceof Piece)
    return { index: value.index, length: value.length, hash: value.hash, have: value.have, received: value.received };
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, each]) => [String(key), inner(each)]));
  if (value instanceof Set || Array.isArray(value)) return [...value].map(inner);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inner(each)]));
}

function peerFacts(peer: PeerView): object {
  const {
    number,
    address,
    direction,
    client,
    amChoking,
    amInterested,
    peerChoking,
    peerInterested,
    haves,
    isClosed,
    extensions,
    requests,
    asked,
  } = peer;
  return {
    number,
    address,
    direction,
    client,
    amChoking,
    amInterested,
    peerChoking,
    peerInterested,
    haves,
    isClosed,
    extensions,
    requests,
    asked,
    messages: peer.timeline.length,
    findings: peer.findings.length,
  };
}
