import type { Endpoint } from "../../base/index.ts";
import type { ExtendedHandshake, Handshake, Message } from "../../wire/index.ts";

/**
 * Who sent a message: `"out"` is us, or of two clients the one that connected; `"in"` is the peer, or the client that
 * was connected to.
 */
export type Way = "out" | "in";

export function otherWay(way: Way): Way {
  return way === "out" ? "in" : "out";
}

/** What BEP 52 adds to the peer protocol: a question for hashes, its answer, its refusal. All have the same head. */
interface HashMessage {
  /** 32 bytes: the root of the file's merkle tree. */
  readonly root: Uint8Array;
  readonly baseLayer: number;
  readonly index: number;
  readonly length: number;
  readonly proofLayers: number;
}

/**
 * A message as the console shows it: extensions that it knows are read, and what is no message has a name, too. Of long
 * messages that are old, payloads are cut to save memory: their {@link EntryFacts.size} still tells how long they were.
 */
export type WireMessage =
  | Exclude<Message, { readonly type: "extended" | "piece" }>
  | ({ readonly type: "handshake" } & Handshake)
  /** `block` are the bytes, `length` of them; `undefined` when they were let go to save memory. */
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
  /** A message that cannot be read: `code` and `why` say what is wrong, `name` which message its id promises. */
  | {
      readonly type: "malformed";
      readonly id: number;
      readonly name: string;
      readonly payload: Uint8Array;
      readonly code: string;
      readonly why: string;
    }
  /**
   * Bytes that are no messages: another protocol, encryption, or a length that nobody can mean. `bytes` are the first
   * of them.
   */
  | { readonly type: "garbage"; readonly bytes: Uint8Array; readonly why: string }
  /** The side hung up, or the connection broke. */
  | { readonly type: "closed"; readonly why: string };

/** The tags of {@link WireMessage}. */
export type WireMessageType = WireMessage["type"];

/** What is known of a message besides its content. */
export interface EntryFacts {
  /** The how-manieth of its conversation, from 0. */
  readonly number: number;
  /** Milliseconds since the session began. */
  readonly at: number;
  readonly way: Way;
  /** Bytes on the wire, the length prefix included. */
  readonly size: number;
  /** What is odd about it. */
  readonly findings: readonly Finding[];
}

/** One line of a conversation's timeline. */
export type Entry = WireMessage & EntryFacts;

/** `"fault"` breaks a rule that a BEP states; `"note"` is legal, but unusual or wasteful. */
export type Severity = "fault" | "note";

/** Something that the linter says about a message. */
export interface Finding {
  /** Stable name of the rule, such as `"request.choked"`. */
  readonly rule: string;
  readonly severity: Severity;
  /** The BEP that states the rule. */
  readonly bep: number;
  /** One line: what was done, and what would have been right. */
  readonly text: string;
  /** Who did it. */
  readonly way: Way;
  /** {@link EntryFacts.number} of the message. */
  readonly entry: number;
  /** Milliseconds since the session began. */
  readonly at: number;
}
