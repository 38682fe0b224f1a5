import type { PacketPool } from "./sending/out-packet.ts";
import type { StoredBudget } from "./receiving/stored-bytes.ts";
import type { Flushed } from "./sending/write-queue.ts";

/** The functions that a `UtpCore` calls. */
export interface UtpCoreOwner {
  /** Sends a packet; `packet` is valid during the call only. */
  send(packet: Uint8Array): void;
  /** Called when the peer has accepted an outgoing connection. */
  onConnected(): void;
  /** Called with bytes of the peer in order: a view, valid during the call only. */
  onData(bytes: Uint8Array): void;
  /** Called after `UtpCore.write` has returned `false`, when enough of the written bytes were sent. */
  onDrain(): void;
  /** Called once, when the connection is closed. `unsent` are the callbacks of the writes that were not sent. */
  onClose(error: Error | undefined, unsent: readonly Flushed[]): void;
}

/** Options of `UtpCore`. */
export interface UtpCoreOptions {
  readonly owner: UtpCoreOwner;
  readonly pool: PacketPool;
  readonly budget: StoredBudget;
  /** The connection id of the packets that the peer sends; for an outgoing connection it should be random. */
  readonly receiveId: number;
  /** The sequence number of the first packet, which should be random. */
  readonly seq: number;
  /** The sequence number of the peer's SYN packet; `undefined` for an outgoing connection. */
  readonly synSeq: number | undefined;
  /** A first measurement of the round trip in milliseconds, if there is one. */
  readonly roundTripMs?: number | undefined;
  /** The length in bytes of the longest packets that may be sent. */
  readonly maxPacketBytes: number;
  /** The number of bytes that may arrive at once without loss. */
  readonly receiveWindow: number;
  /** The time in milliseconds. */
  readonly now: number;
}
