import type { Endpoint } from "../../base/index.ts";
import type { ExtendedHandshake, Handshake, Message } from "../../wire/index.ts";

/**
 * The side that sent a message. `"out"` is the console, or in a proxy the client that connected. `"in"` is the peer, or
 * in a proxy the target.
 */
export type Way = "out" | "in";

/** Returns the opposite side. */
export function otherWay(way: Way): Way {
  return way === "out" ? "in" : "out";
}

/**
 * A message in the form that the console shows. Known extensions are decoded; bytes that are not a message have types
 * of their own (`garbage`, `malformed`). Payloads of old, long messages are dropped to save memory; {@link
 * EntryFacts.size} still counts them.
 */
export type WireMessage =
  | Exclude<Message, { readonly type: "extended" | "piece" }>
  | ({ readonly type: "handshake" } & Handshake)
  /** A block of a piece. `block` has its `length` bytes, or is `undefined` after they were dropped to save memory. */
  | {
      readonly type: "piece";
      readonly piece: number;
      readonly begin: number;
      readonly length: number;
      readonly block: Uint8Array | undefined;
    }
  | ({ readonly type: "extended-handshake" } & ExtendedHandshake)
  /** The three messages of the metadata extension, `ut_metadata` (BEP 9). */
  | { readonly type: "metadata-request"; readonly piece: number }
  | {
      readonly type: "metadata";
      readonly piece: number;
      readonly totalSize: number | undefined;
      readonly data: Uint8Array;
    }
  | { readonly type: "metadata-reject"; readonly piece: number }
  /** A message of peer exchange, `ut_pex` (BEP 11). */
  | { readonly type: "pex"; readonly added: readonly Endpoint[]; readonly dropped: readonly Endpoint[] }
  /**
   * A message of an extension (BEP 10) that the console does not decode. `name` is the name that the receiver's
   * extended handshake assigned to `id`; `undefined` when it assigned none.
   */
  | { readonly type: "extended"; readonly id: number; readonly name: string | undefined; readonly payload: Uint8Array }
  /**
   * A message that cannot be decoded. `id` is its message id, `name` the message type with this id; `code` and `why`
   * are the code and text of the error.
   */
  | {
      readonly type: "malformed";
      readonly id: number;
      readonly name: string;
      readonly payload: Uint8Array;
      readonly code: string;
      readonly why: string;
    }
  /**
   * Bytes that are not messages: another protocol, encryption, or an impossible length prefix. `bytes` has the first of
   * them; {@link EntryFacts.size} is their number.
   */
  | { readonly type: "garbage"; readonly bytes: Uint8Array; readonly why: string }
  /** The end of the connection: the side has closed it, or it was lost. `why` is the reason. */
  | { readonly type: "closed"; readonly why: string };

/** The names of all message types: the values of `type` in {@link WireMessage}. */
export type WireMessageType = WireMessage["type"];

/** Facts about a message besides its content. */
export interface EntryFacts {
  /** The index of the message in the conversation, from 0. */
  readonly number: number;
  /** The number of milliseconds since the session began. */
  readonly at: number;
  readonly way: Way;
  /** Size in bytes on the wire, with the length prefix. */
  readonly size: number;
  /** The linter's findings about the message. */
  readonly findings: readonly Finding[];
}

/** A message of a conversation, with the facts about it. */
export type Entry = WireMessage & EntryFacts;

/**
 * The severity of a finding: `"fault"` for a violation of a rule in a BEP, `"note"` for a message that is allowed, but
 * unusual or wasteful.
 */
export type Severity = "fault" | "note";

/** A remark of the linter about a message. */
export interface Finding {
  /** Stable name of the rule, such as `"request.choked"`. */
  readonly rule: string;
  readonly severity: Severity;
  /** The BEP that states the rule. */
  readonly bep: number;
  /** The finding in one line: the content of the message, and the rule that it violates. */
  readonly text: string;
  /** The side that sent the message. */
  readonly way: Way;
  /** {@link EntryFacts.number} of the message. */
  readonly entry: number;
  /** The number of milliseconds since the session began. */
  readonly at: number;
}
