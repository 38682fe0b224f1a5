import type { Metainfo } from "../../metainfo/index.ts";
import type { Entry, Way } from "../conversation/entry.ts";

/** Bytes that a side sent, as they were passed to the conversation. `at`: milliseconds since the session began. */
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

/** Something that a recording holds. `at`: milliseconds since the session began. */
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
  /** The messages of so many peers are not in the recording. */
  | { readonly event: "left-out"; readonly at: number; readonly peers: number; readonly why: string };

/** The conversations of a recording: the console's own, or those of two clients with the console between them. */
export type RecordingKind = "session" | "between";

/** The first line of a recording. */
export interface RecordingHeader {
  readonly kind: RecordingKind;
  /** Milliseconds since 1970 at which the session began. */
  readonly startedAt: number;
  /** The info-hash that all conversations are about, 20 or 32 bytes in hexadecimal; `undefined` when any would do. */
  readonly infoHash: string | undefined;
}

/** An event as it happens; `entries` are the messages that bytes completed. */
export type TapedEvent = RecordedEvent & { readonly entries?: readonly Entry[] };

/** `format` of a recording's header. */
export const FORMAT = "millrace-session";
/** `version` of a recording's header. */
export const VERSION = 1;
