import type { AnnounceEvent } from "../codec/index.ts";

/** The state of one tracker of a torrent. Times are milliseconds since 1970. */
export type TrackerState =
  /** No announce was sent yet, or none is needed: another tracker of its tier works. */
  | { readonly kind: "idle" }
  | { readonly kind: "announcing"; readonly event: AnnounceEvent | undefined; readonly since: number }
  /** The tracker replied to the last announce. */
  | { readonly kind: "working"; readonly nextAnnounceAt: number }
  /** `retryAt` is `Infinity` when the tracker requested that the client never retries (BEP 31). */
  | { readonly kind: "failed"; readonly code: string; readonly failures: number; readonly retryAt: number };

/** The status of a tracker, for display. */
export interface TrackerStatus {
  readonly url: string;
  /** The tier of the tracker; tier 0 is tried first. */
  readonly tier: number;
  readonly state: TrackerState;
  /** The time at which the last announce ended, with or without success; milliseconds since 1970. */
  readonly lastAnnounceAt: number | undefined;
  /** The time of the next announce, in milliseconds since 1970; `undefined` when none is planned. */
  readonly nextAnnounceAt: number | undefined;
  readonly seeders: number | undefined;
  readonly leechers: number | undefined;
  readonly completed: number | undefined;
  /** The number of peers in the last reply. */
  readonly peersReceived: number;
  /** The last failure, or the warning that the tracker sent, as one line without control characters. */
  readonly message: string | undefined;
  /**
   * The text that the tracker sent, either its reason for a refusal or its warning, as one line without control
   * characters. `undefined` when it sent none.
   */
  readonly said: string | undefined;
  /** The address of this host as the tracker sees it (BEP 24). */
  readonly externalIp: string | undefined;
}
