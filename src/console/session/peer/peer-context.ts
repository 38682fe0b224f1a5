import type { Clock } from "../../../runtime/index.ts";
import type { Pieces } from "../pieces.ts";

/** What the senders of a peer need to know of its session. */
export interface PeerContext {
  /** Milliseconds since the session began. */
  now(): number;
  readonly clock: Clock;
  /** The 20 bytes that the handshake carries. */
  readonly infoHash: Uint8Array;
  /** The session's own 20-byte peer id. */
  readonly peerId: Uint8Array;
  /** Client name and version for the extended handshake. */
  readonly clientName: string;
  /** The port that the session listens on; `undefined` when it does not listen. */
  port(): number | undefined;
  /** The raw info dictionary; `undefined` while it is not known. */
  info(): Uint8Array | undefined;
  /** `undefined` while the metadata is not known. */
  pieces(): Pieces | undefined;
}
