import type { Metainfo } from "../../metainfo/index.ts";
import type { Severity, Way, WireMessage } from "./entry.ts";
import type { Side } from "./side.ts";

/**
 * A message for the linter. It is checked before the conversation applies it, so that both sides still have their
 * previous state.
 */
export interface Observation {
  readonly message: WireMessage;
  readonly way: Way;
  /** Milliseconds since the session began. */
  readonly at: number;
  /** Bytes on the wire. */
  readonly size: number;
  /** The sender. */
  readonly from: Side;
  /** The receiver. */
  readonly to: Side;
  /** The torrent; `undefined` while it is unknown. */
  readonly metainfo: Metainfo | undefined;
  /** The info-hash of the conversation, 20 bytes; `undefined`: any. */
  readonly infoHash: Uint8Array | undefined;
  /** Whether the beginning of a further message of this sender has arrived. */
  readonly isMidMessage: boolean;
}

/** A finding of the linter, without the fields that the conversation adds. */
export interface Complaint {
  readonly rule: string;
  readonly severity: Severity;
  readonly bep: number;
  readonly text: string;
}

/** Checks every message of one conversation, in order. Never throws. */
export interface Linter {
  observe(observation: Observation): readonly Complaint[];
}
