import type { WireMessageType } from "./entry.ts";

/** The names of all message types. `peer.next` throws for any other name. */
export const MESSAGE_TYPES: readonly WireMessageType[] = [
  "keep-alive",
  "choke",
  "unchoke",
  "interested",
  "not-interested",
  "have",
  "bitfield",
  "request",
  "piece",
  "cancel",
  "port",
  "suggest",
  "have-all",
  "have-none",
  "reject",
  "allowed-fast",
  "extended",
  "extended-handshake",
  "metadata-request",
  "metadata",
  "metadata-reject",
  "pex",
  "hash-request",
  "hashes",
  "hash-reject",
  "handshake",
  "unknown",
  "malformed",
  "garbage",
  "closed",
];

const KNOWN: ReadonlySet<unknown> = new Set(MESSAGE_TYPES);

/** Whether a value is the name of a message type. */
export function isMessageType(value: unknown): value is WireMessageType {
  return KNOWN.has(value);
}
