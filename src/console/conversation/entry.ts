import type { Endpoint } from "../../base/index.ts";
import type { ExtendedHandshake, Handshake, Message } from "../../wire/index.ts";

/**
 * The sender of a message. `"out"`: the console, or with a proxy the client that connected. `"in"`: the peer, or with
 * a proxy the target.
 */
export type Way = "out" | "in";

/** Returns the opposite direction. */
export function otherWay(way: Way): Way {
  return way === "out" ? "in" : "out";
}

/** The fields of the messages hash request, hashes and hash reject (BEP 52). */
interface HashMessage {
  /** The root of the file's merkle tree, 32 bytes. */
  readonly root: Uint8Array;
  readonly baseLayer: number;
  readonly index: number;
  readonly length: number;
  readonly proofLayers: number;
}

/**
 * A message in the form that the console shows. Known extensions are decoded; bytes that are not a message have types
 * of their own. Payloads of old, long messages are dropped to save memory; {@link EntryFacts.size} is still their
 * length.
 */
export type WireMessage =
  | Exclude<Message, { readonly type: "extended" | "piece" }>
  | ({ readonly type: "handshake" } & Handshake)
  /** `block`: the `length` bytes of the block; `undefined` after they were dropped to save memory. */
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
  /**
   * A message of an extension (BEP 10) that is not decoded. `name`: the name of the id in the receiver's extended
   * handshake; `undefined` if it has none.
   */
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
   * Bytes that are not messages: another protocol, encryption, or an impossible length. `bytes`: the first of them.
   */
  | { readonly type: "garbage"; readonly bytes: Uint8Array; readonly why: string }
  /** The end of the connection: closed by the side, or lost. */
  | { readonly type: "closed"; readonly why: string };

/** The tags of {@link WireMessage}. */
export type WireMessageType = WireMessage["type"];

/** Facts about a message besides its content. */
export interface EntryFacts {
  /** The index of the message in the conversation, from 0. */
  readonly number: number;
  /** Milliseconds since the session began. */
  readonly at: number;
  readonly way: Way;
  /** Bytes on the wire, including the length prefix. */
  readonly size: number;
  /** The linter's findings about the message. */
  readonly findings: readonly Finding[];
}

/** A message of a conversation with the facts about it. */
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
  /** The finding in one line: the sent message, and the rule that it breaks. */
  readonly text: string;
  /** The side that sent the message. */
  readonly way: Way;
  /** {@link EntryFacts.number} of the message. */
  readonly entry: number;
  /** Milliseconds since the session began. */
  readonly at: number;
}
