import type { Metainfo } from "../../metainfo/index.ts";
import type { Entry, Way } from "../conversation/entry.ts";

/** Bytes from one side, as they were passed to the conversation. `at`: milliseconds since the session began. */
export interface BytesEvent {
  readonly event: "bytes";
  readonly at: number;
  readonly peer: number;
  readonly way: Way;
  readonly bytes: Uint8Array;
}

/** The end of a conversation; `way` is the side that ended it. */
export interface ClosedEvent {
  readonly event: "closed";
  readonly at: number;
  readonly peer: number;
  readonly way: Way;
  readonly why: string;
}

/** An event of a recording. `at`: milliseconds since the session began. */
export type RecordedEvent =
  | { readonly event: "torrent"; readonly at: number; readonly metainfo: Metainfo }
  | {
      readonly event: "peer";
      readonly at: number;
      readonly peer: number;
      readonly address: string;
      readonly direction: "outgoing" | "incoming";
    }
  | BytesEvent
  | ClosedEvent
  /** The messages of `peers` peers are missing from the recording. */
  | { readonly event: "left-out"; readonly at: number; readonly peers: number; readonly why: string };

/**
 * The kind of a recording: the console's own conversations, or the ones of two clients with the console as a proxy
 * between them.
 */
export type RecordingKind = "session" | "between";

/** The first line of a recording. */
export interface RecordingHeader {
  readonly kind: RecordingKind;
  /** The start of the session, in milliseconds since 1970. */
  readonly startedAt: number;
  /** The info-hash of all conversations, 20 or 32 bytes in hexadecimal; `undefined`: any. */
  readonly infoHash: string | undefined;
}

/** An event while the session runs; `entries` are the messages that its bytes completed. */
export type TapedEvent = RecordedEvent & { readonly entries?: readonly Entry[] };

/** `format` of a recording's header. */
export const FORMAT = "millrace-session";
/** `version` of a recording's header. */
export const VERSION = 1;
