import type { Metainfo } from "../../metainfo/index.ts";
import type { Severity, Way, WireMessage } from "./entry.ts";
import type { Side } from "./side.ts";

/**
 * A message for the linter, with its context. The linter checks a message before the conversation applies it, so both
 * sides still have the state from before the message.
 */
export interface Observation {
  readonly message: WireMessage;
  readonly way: Way;
  /** The number of milliseconds since the session began. */
  readonly at: number;
  /** Size in bytes on the wire, with the length prefix. */
  readonly size: number;
  /** The state of the sender, before this message. */
  readonly from: Side;
  /** The state of the receiver, before this message. */
  readonly to: Side;
  /** The torrent's metadata; `undefined` while it is unknown. */
  readonly metainfo: Metainfo | undefined;
  /** The info-hash that both handshakes must contain, 20 bytes; `undefined` when any info-hash is correct. */
  readonly infoHash: Uint8Array | undefined;
  /** Whether bytes of this sender's next message have already arrived. */
  readonly isMidMessage: boolean;
}

/** A finding of the linter, without the fields that the conversation adds. */
export interface Complaint {
  readonly rule: string;
  readonly severity: Severity;
  readonly bep: number;
  readonly text: string;
}

/** Checks all messages of one conversation, in the order in which they arrived. Never throws. */
export interface Linter {
  observe(observation: Observation): readonly Complaint[];
}
