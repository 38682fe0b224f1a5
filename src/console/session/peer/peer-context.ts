import type { Clock } from "../../../runtime/index.ts";
import type { Pieces } from "../pieces.ts";

/** The facts about the session that the sending methods of a peer use. */
export interface PeerContext {
  /** Returns the milliseconds since the session began. */
  now(): number;
  readonly clock: Clock;
  /** The info-hash for the handshake, 20 bytes. */
  readonly infoHash: Uint8Array;
  /** The session's own 20-byte peer id. */
  readonly peerId: Uint8Array;
  /** The client's name and version, for the extended handshake. */
  readonly clientName: string;
  /** Returns the port on which the session listens; `undefined` when it does not listen. */
  port(): number | undefined;
  /** Returns the bytes of the info dictionary; `undefined` while it is unknown. */
  info(): Uint8Array | undefined;
  /** Returns the session's pieces; `undefined` while the metadata is unknown. */
  pieces(): Pieces | undefined;
}
