import { PeerError, StorageError, type Bitfield } from "../../base/index.ts";
import type { FileLayout } from "../../metainfo/index.ts";
import type { Clock } from "../../runtime/index.ts";
import type { Storage } from "../../storage/index.ts";
import { PIECE_HEADER_LENGTH, writePieceHeader, type Message } from "../../wire/index.ts";
import { MAX_BLOCK_LENGTH, MAX_QUEUED_REQUESTS } from "../limits.ts";
import type { Peer } from "../peer/peer.ts";
import { ReadGate } from "./read-gate.ts";
import type { RateLimiter } from "./rate-limiter.ts";
import { RunBuffers } from "./run-buffers.ts";
import type { BlockRequest } from "./upload-queue.ts";

/** Options of {@link Uploader}. */
export interface UploaderOptions {
  readonly clock: Clock;
  readonly layout: FileLayout;
  readonly storage: Storage;
  readonly limiter: RateLimiter;
  readonly hasPiece: (piece: number) => boolean;
  readonly onSent: (peer: Peer, bytes: number) => void;
  readonly onStorageError: (error: StorageError) => void;
}

/**
 * Serves requests of peers. Consecutive requests for one piece are served with one vectored read into one buffer, which
 * has space for the message headers between the blocks, and with one write to the socket. While a peer's queue is full,
 * its connection is not read, so that TCP stops the peer; a request that arrives nevertheless is rejected (BEP 6). No
 * request is dropped silently.
 */
export class Uploader {
  readonly #options: UploaderOptions;
  readonly #buffers = new RunBuffers();
  readonly #reads: ReadGate<Peer>;

  constructor(options: UploaderOptions) {
    this.#options = options;
    this.#reads = new ReadGate((peer) => this.pump(peer));
  }

  /** Queues a peer's request for a block. Throws {@link PeerError} `peer.request` for an invalid one. */
  request(peer: Peer, request: BlockRequest): void {
    const { piece, begin, length } = request;
    const size = this.#options.layout.paddedPieceSize(piece);
    if (size === 0 || length < 1 || length > MAX_BLOCK_LENGTH || begin + length > size) {
      throw new PeerError(
        "peer.request",
        `the peer requested bytes ${begin} to ${begin + length} of piece ${piece}, which has ${size} bytes`,
      );
    }
    const mayHave = (!peer.flags.amChoking || peer.upload.grantedFast.has(piece)) && this.#options.hasPiece(piece);
    if (!mayHave || (peer.upload.queue.size >= MAX_QUEUED_REQUESTS && peer.profile.supportsFast)) {
      // Without the fast extension, a choke cancels requests on both sides (BEP 3): no reply.
      if (peer.profile.supportsFast) peer.send(rejectOf(request));
      return;
    }
    peer.upload.queue.push(request);
    if (peer.upload.queue.size >= MAX_QUEUED_REQUESTS) peer.reading.pause("uploads");
    this.pump(peer);
  }

  cancel(peer: Peer, request: BlockRequest): void {
    if (peer.upload.queue.cancel(request.piece, request.begin, request.length) && peer.profile.supportsFast)
      peer.send(rejectOf(request));
  }

  /**
   * Drops the requests of a peer that this client chokes, except those for pieces of its allowed-fast set. With the
   * fast extension, they are rejected (BEP 6).
   */
  choke(peer: Peer): void {
    const dropped = peer.upload.queue.clear((request) => peer.upload.grantedFast.has(request.piece));
    if (peer.profile.supportsFast) for (const request of dropped) peer.send(rejectOf(request));
    this.#resumeReading(peer);
  }

  /** Drops the peer's requests for withdrawn pieces. With the fast extension, they are rejected (BEP 6). */
  withdraw(peer: Peer, pieces: Bitfield): void {
    for (const piece of peer.upload.grantedFast) if (pieces.get(piece)) peer.upload.grantedFast.delete(piece);
    const dropped = peer.upload.queue.clear((request) => !pieces.get(request.piece));
    if (peer.profile.supportsFast) for (const request of dropped) peer.send(rejectOf(request));
    this.#resumeReading(peer);
  }

  /** Sends as many blocks as the connection and the limits allow. Must be called when either may allow more. */
  pump(peer: Peer): void {
    const uploads = peer.upload.queue;
    if (uploads.isReading || uploads.isWaiting || uploads.size === 0 || peer.isClosed) return;
    const runBytes = Math.min(uploads.runBytes, this.#buffers.runBytes);
    if (uploads.sending > 0 && peer.connection.queuedBytes >= runBytes) return;
    if (this.#reads.isFull) {
      this.#reads.wait(peer);
      return;
    }
    if (!this.#options.limiter.isOpen) {
      uploads.isWaiting = true;
      this.#options.limiter.wait(() => {
        uploads.isWaiting = false;
        this.pump(peer);
      });
      return;
    }
    const run = uploads.takeRun(Math.min(runBytes, this.#options.limiter.burstBytes));
    uploads.isReading = true;
    this.#send(peer, run)
      .catch((error: unknown) => this.#failed(peer, run, error))
      .finally(() => {
        uploads.isReading = false;
        this.#resumeReading(peer);
        this.pump(peer);
      });
  }

  /** Resolves when all reads have ended, so that files may be closed. */
  idle(): Promise<void> {
    return this.#reads.idle();
  }

  async #send(peer: Peer, run: readonly BlockRequest[]): Promise<void> {
    const [first] = run;
    if (first === undefined) return;
    const blockBytes = run.reduce((sum, request) => sum + request.length, 0);
    const total = blockBytes + run.length * PIECE_HEADER_LENGTH;
    const buffer = this.#buffers.take(total);
    const { layout, storage, limiter, clock } = this.#options;
    const size = layout.pieceSize(first.piece);
    const views: Uint8Array[] = [];
    let at = 0;
    for (const { piece, begin, length } of run) {
      at = writePieceHeader(buffer, at, piece, begin, length);
      const stored = Math.max(0, Math.min(length, size - begin));
      if (stored > 0) views.push(buffer.subarray(at, at + stored));
      // The gap after the last piece of a file in a v2 torrent.
      if (stored < length) buffer.fill(0, at + stored, at + length);
      at += length;
    }
    try {
      if (views.length > 0)
        await this.#reads.run(() => storage.read(layout.pieceOffset(first.piece) + first.begin, views));
    } catch (error) {
      this.#buffers.release(buffer);
      throw error;
    }
    if (peer.isClosed) {
      this.#buffers.release(buffer);
      return;
    }
    limiter.charge(total);
    const begun = clock.now();
    peer.upload.queue.onRunBegun(begun);
    peer.connection.write(total === buffer.length ? buffer : buffer.subarray(0, total), () => {
      this.#buffers.release(buffer);
      peer.upload.queue.onRunSent(begun, clock.now());
      this.pump(peer);
    });
    this.#options.onSent(peer, blockBytes);
  }

  #failed(peer: Peer, run: readonly BlockRequest[], error: unknown): void {
    if (peer.profile.supportsFast) for (const request of run) peer.send(rejectOf(request));
    else peer.close();
    this.#options.onStorageError(
      error instanceof StorageError ? error : new StorageError("storage.failed", String(error), { cause: error }),
    );
  }

  #resumeReading(peer: Peer): void {
    if (peer.upload.queue.size * 2 < MAX_QUEUED_REQUESTS) peer.reading.resume("uploads");
  }
}

/**
 * Returns a reject message for a request. The fields are copied one by one, since `request` may be the peer's message
 * with its own `type`.
 */
function rejectOf({ piece, begin, length }: BlockRequest): Message {
  return { type: "reject", piece, begin, length };
}
