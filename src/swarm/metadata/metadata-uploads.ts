import { MetadataServer, METADATA_PIECE_LENGTH, utMetadata, type MetadataMessage } from "../../wire/index.ts";
import { MAX_METADATA_QUEUE, METADATA_OUTBOX_BYTES } from "../limits.ts";
import type { Peer } from "../peer/peer.ts";
import type { RateLimiter } from "../upload/rate-limiter.ts";

/** Options of {@link MetadataUploads}. */
export interface MetadataUploadsOptions {
  /** Returns the info dictionary; `undefined` while it is not known. */
  readonly info: () => Uint8Array | undefined;
  /** The limiters of the upload rate. A piece is sent when all of them are open. */
  readonly limiters: readonly RateLimiter[];
}

/**
 * Sends the info dictionary to peers (BEP 9), one piece to each in turn. The limits of the upload rate apply, because a
 * request of 20 bytes causes a reply of 16 KiB.
 */
export class MetadataUploads {
  readonly #options: MetadataUploadsOptions;
  readonly #servers = new WeakMap<Peer, MetadataServer>();
  /** The pieces that each peer has requested. The peers are in the order in which they are served next. */
  readonly #queue = new Map<Peer, number[]>();
  #isWaiting = false;

  constructor(options: MetadataUploadsOptions) {
    this.#options = options;
  }

  /** Handles a peer's request for a piece. */
  request(peer: Peer, piece: number): void {
    const waiting = this.#queue.get(peer) ?? [];
    if (waiting.length >= MAX_METADATA_QUEUE) {
      send(peer, { type: "reject", piece });
      return;
    }
    waiting.push(piece);
    this.#queue.set(peer, waiting);
    this.pump();
  }

  /** Drops the requests of a peer that disconnected. */
  gone(peer: Peer): void {
    this.#queue.delete(peer);
  }

  /**
   * Sends as many pieces as the limits and the connections allow. Must be called when a connection has sent its queued
   * bytes.
   */
  pump(): void {
    let behind = 0;
    while (behind < this.#queue.size) {
      const closed = this.#options.limiters.find(({ isOpen }) => !isOpen);
      if (closed !== undefined) {
        this.#wait(closed);
        return;
      }
      for (const [peer, pieces] of this.#queue) {
        // Moves the peer to the end of the queue.
        this.#queue.delete(peer);
        if (peer.connection.queuedBytes > METADATA_OUTBOX_BYTES) behind++;
        else {
          behind = 0;
          this.#serve(peer, pieces.shift() ?? 0);
        }
        if (pieces.length > 0) this.#queue.set(peer, pieces);
        break;
      }
    }
  }

  #serve(peer: Peer, piece: number): void {
    const server = this.#servers.get(peer) ?? new MetadataServer();
    this.#servers.set(peer, server);
    const reply = server.reply(this.#options.info(), { piece });
    if (reply.type === "data") for (const limiter of this.#options.limiters) limiter.charge(METADATA_PIECE_LENGTH);
    send(peer, reply);
  }

  #wait(limiter: RateLimiter): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    limiter.wait(() => {
      this.#isWaiting = false;
      this.pump();
    });
  }
}

function send(peer: Peer, reply: MetadataMessage): void {
  const message = peer.extensions.message(utMetadata, reply);
  if (message !== undefined) peer.send(message);
}
