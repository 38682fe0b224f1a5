import type { Endpoint } from "../../base/index.ts";
import type { ExtendedHandshake, Handshake, Message } from "../../wire/index.ts";

/**
 * The sender of a message. `"out"`: the console, or with a proxy the client that connected. `"in"`: the peer, or the
 * client that was connected to.
 */
export type Way = "out" | "in";

/** The opposite direction. */
export function otherWay(way: Way): Way {
  return way === "out" ? "in" : "out";
}

/** Fields that hash request, hashes and hash reject have in common (BEP 52). */
interface HashMessage {
  /** 32 bytes: the root of the file's merkle tree. */
  readonly root: Uint8Array;
  readonly baseLayer: number;
  readonly index: number;
  readonly length: number;
  readonly proofLayers: number;
}

/**
 * A message as the console shows it. Known extensions are decoded; bytes that are no message have types of their own.
 * Payloads of old, long messages are dropped to save memory: {@link EntryFacts.size} keeps their length.
 */
export type WireMessage =
  | Exclude<Message, { readonly type: "extended" | "piece" }>
  | ({ readonly type: "handshake" } & Handshake)
  /** `block` are the bytes, `length` of them; `undefined` when they were dropped to save memory. */
  | {
      readonly type: "piece";
      readonly piece: number;
      readonly begin: number;
      readonly length: number;
      readonly block: Uint8Array | undefined;
    }
  | ({ readonly type: "extended-handshake" } & ExtendedHandshake)
  /** `ut_metadata` (BEP 9). */
  | { readonly type: "metadata-request"; readonly piece: number }
  | {
      readonly type: "metadata";
      readonly piece: number;
      readonly totalSize: number | undefined;
      readonly data: Uint8Array;
    }
  | { readonly type: "metadata-reject"; readonly piece: number }
  /** `ut_pex` (BEP 11). */
  | { readonly type: "pex"; readonly added: readonly Endpoint[]; readonly dropped: readonly Endpoint[] }
  /** An extension (BEP 10) that is not read further. `name` as the receiver had named it, when it had. */
  | { readonly type: "extended"; readonly id: number; readonly name: string | undefined; readonly payload: Uint8Array }
  | ({ readonly type: "hash-request" } & HashMessage)
  | ({ readonly type: "hashes"; readonly hashes: Uint8Array } & HashMessage)
  | ({ readonly type: "hash-reject" } & HashMessage)
  /** A message that cannot be decoded: `code` and `why` are the error, `name` is the message type of its id. */
  | {
      readonly type: "malformed";
      readonly id: number;
      readonly name: string;
      readonly payload: Uint8Array;
      readonly code: string;
      readonly why: string;
    }
  /**
   * Bytes that are no messages: another protocol, encryption, or an impossible length. `bytes` are the first of them.
   */
  | { readonly type: "garbage"; readonly bytes: Uint8Array; readonly why: string }
  /** The side closed the connection, or it broke. */
  | { readonly type: "closed"; readonly why: string };

/** The tags of {@link WireMessage}. */
export type WireMessageType = WireMessage["type"];

/** What is known of a message besides its content. */
export interface EntryFacts {
  /** Its index in the conversation, from 0. */
  readonly number: number;
  /** Milliseconds since the session began. */
  readonly at: number;
  readonly way: Way;
  /** Bytes on the wire, the length prefix included. */
  readonly size: number;
  /** The linter's findings on it. */
  readonly findings: readonly Finding[];
}

/** One line of a conversation's timeline. */
export type Entry = WireMessage & EntryFacts;

/** `"fault"` breaks a rule that a BEP states; `"note"` is legal, but unusual or wasteful. */
export type Severity = "fault" | "note";

/** A finding of the linter on a message. */
export interface Finding {
  /** Stable name of the rule, such as `"request.choked"`. */
  readonly rule: string;
  readonly severity: Severity;
  /** The BEP that states the rule. */
  readonly bep: number;
  /** One line: what was sent, and what the rule requires. */
  readonly text: string;
  /** The side that sent the message. */
  readonly way: Way;
  /** {@link EntryFacts.number} of the message. */
  readonly entry: number;
  /** Milliseconds since the session began. */
  readonly at: number;
}
