import type { Metainfo } from "../../metainfo/index.ts";
import type { Severity, Way, WireMessage } from "./entry.ts";
import type { Side } from "./side.ts";

/** A message as the linter sees it: before the conversation takes it in, so that the sides are as they were. */
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
  /** `undefined` while it is not known. */
  readonly metainfo: Metainfo | undefined;
  /** The info-hash that the conversation is about, 20 bytes; `undefined` when any will do. */
  readonly infoHash: Uint8Array | undefined;
  /** Part of a further message of this sender has arrived, and not the rest. */
  readonly isMidMessage: boolean;
}

/** A finding of the linter. The conversation adds the rest of a `Finding`. */
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
