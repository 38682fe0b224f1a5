import { unreachable } from "../base/index.ts";
import type { HashMessage } from "./hash-messages.ts";

/**
 * A decoded message of the peer protocol. Numbers are unsigned: `port` has 16 bits, `id` has 8, all others have 32.
 * `piece` is the index of a piece; `begin` and `length` are in bytes. Byte strings are copies that no other code
 * changes.
 */
export type Message =
  /** A keep-alive, without id and payload (BEP 3). */
  | { readonly type: "keep-alive" }
  | { readonly type: "choke" }
  | { readonly type: "unchoke" }
  | { readonly type: "interested" }
  | { readonly type: "not-interested" }
  | { readonly type: "have"; readonly piece: number }
  /** The packed bits, high bit first. `Bitfield.unpack` checks that the spare bits are zero. */
  | { readonly type: "bitfield"; readonly bits: Uint8Array }
  | { readonly type: "request"; readonly piece: number; readonly begin: number; readonly length: number }
  | { readonly type: "piece"; readonly piece: number; readonly begin: number; readonly block: Uint8Array }
  | { readonly type: "cancel"; readonly piece: number; readonly begin: number; readonly length: number }
  /** The UDP port of the peer's DHT node (BEP 5). */
  | { readonly type: "port"; readonly port: number }
  | { readonly type: "suggest"; readonly piece: number }
  | { readonly type: "have-all" }
  | { readonly type: "have-none" }
  | { readonly type: "reject"; readonly piece: number; readonly begin: number; readonly length: number }
  | { readonly type: "allowed-fast"; readonly piece: number }
  /**
   * An extended message (BEP 10). The `id` 0 is the extended handshake; the receiver has chosen the other ids in its
   * own extended handshake.
   */
  | { readonly type: "extended"; readonly id: number; readonly payload: Uint8Array }
  | HashMessage
  /** A message with an unknown id, which may be ignored. */
  | { readonly type: "unknown"; readonly id: number; readonly payload: Uint8Array };

/** The values of `type` in {@link Message}. */
export type MessageType = Message["type"];

/** Formats a message as one line for logs: `request piece 7 begin 16384 length 16384`. Payloads are left out. */
export function formatMessage(message: Message): string {
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
      return `bitfield of ${message.bits.length} bytes`;
    case "request":
    case "cancel":
    case "reject":
      return `${message.type} piece ${message.piece} begin ${message.begin} length ${message.length}`;
    case "piece":
      return `piece ${message.piece} begin ${message.begin}, ${message.block.length} bytes`;
    case "port":
      return `port ${message.port}`;
    case "extended":
      return message.id === 0
        ? `extended handshake, ${message.payload.length} bytes`
        : `extended id ${message.id}, ${message.payload.length} bytes`;
    case "hash-request":
    case "hash-reject":
    case "hashes":
      return `${message.type} layer ${message.baseLayer} index ${message.index} length ${message.length}`;
    case "unknown":
      return `unknown id ${message.id}, ${message.payload.length} bytes`;
    default:
      return unreachable(message);
  }
}
