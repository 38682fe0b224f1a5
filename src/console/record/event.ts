import type { Metainfo } from "../../metainfo/index.ts";
import type { Entry, Way } from "../conversation/entry.ts";

/**
 * An event of a recording: bytes from one side, as they were passed to the conversation. `at` is the number of
 * milliseconds since the session began.
 */
export interface BytesEvent {
  readonly event: "bytes";
  readonly at: number;
  readonly peer: number;
  readonly way: Way;
  readonly bytes: Uint8Array;
}

/** An event of a recording: the end of a conversation. `way` is the side that ended it. */
export interface ClosedEvent {
  readonly event: "closed";
  readonly at: number;
  readonly peer: number;
  readonly way: Way;
  readonly why: string;
}

/** An event of a recording. `at` is the number of milliseconds since the session began. */
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
  /**
   * The number of peers whose messages are missing from the recording, and the reason. The event exists only when
   * messages are missing.
   */
  | { readonly event: "left-out"; readonly at: number; readonly peers: number; readonly why: string };

/**
 * The kind of conversations in a recording: `"session"` for the console's own ones, `"between"` for those of two
 * clients that the console connected as a proxy.
 */
export type RecordingKind = "session" | "between";

/** The first line of a recording. */
export interface RecordingHeader {
  readonly kind: RecordingKind;
  /** The time when the session started, in milliseconds since 1970. */
  readonly startedAt: number;
  /** The info-hash of all conversations, 20 or 32 bytes in hexadecimal; `undefined` when any info-hash is accepted. */
  readonly infoHash: string | undefined;
}

/** An event of a running session. `entries` are the messages that the bytes of the event completed. */
export type TapedEvent = RecordedEvent & { readonly entries?: readonly Entry[] };

/** The value of `format` in the header of a recording. */
export const FORMAT = "millrace-session";
/** The value of `version` in the header of a recording. */
export const VERSION = 1;
