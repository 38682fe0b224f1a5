import { PeerError, StorageError } from "../base/index.ts";
import type { FileLayout } from "../metainfo/index.ts";
import type { Storage } from "../storage/index.ts";
import { PIECE_HEADER_LENGTH, writePieceHeader } from "../wire/index.ts";
import { MAX_BLOCK_LENGTH, MAX_QUEUED_REQUESTS, UPLOAD_HIGH_WATER, UPLOAD_RUN_BYTES } from "./limits.ts";
import type { Peer } from "./peer.ts";
import type { RateLimiter } from "./rate-limiter.ts";
import type { BlockRequest } from "./upload-queue.ts";

/** Room for a full run of 16 KiB blocks with their headers. */
const RUN_BUFFER_BYTES = UPLOAD_RUN_BYTES + (UPLOAD_RUN_BYTES / 16_384) * PIECE_HEADER_LENGTH;
/** Bytes from which on a run is put into such a buffer. */
const SMALLEST_POOLED_RUN = RUN_BUFFER_BYTES / 4;
/** Buffers kept for the next run. */
const MAX_SPARE_BUFFERS = 16;

export interface UploaderOptions {
  readonly layout: FileLayout;
  readonly storage: Storage;
  readonly limiter: RateLimiter;
  readonly hasPiece: (piece: number) => boolean;
  readonly onSent: (peer: Peer, bytes: number) => void;
  readonly onStorageError: (error: StorageError) => void;
}

/**
 * Answers requests. Consecutive requests for one piece are one vectored read into one buffer that has room for the message
 * headers between the blocks, and one write to the socket. A queue that is full stops the peer from being read (TCP holds it
 * back) or is answered with rejects (BEP 6): nothing is lost silently.
 */
export class Uploader {
  readonly #options: UploaderOptions;
  readonly #spare: Uint8Array[] = [];
  #reading = 0;
  #idle: (() => void)[] = [];

  constructor(options: UploaderOptions) {
    this.#options = options;
  }

  /** A peer asks for a block. Throws {@link PeerError} `peer.request` for one that cannot be. */
  request(peer: Peer, request: BlockRequest): void {
    const { piece, begin, length } = request;
    const size = this.#options.layout.pieceSize(piece);
    if (size === 0 || length < 1 || length > MAX_BLOCK_LENGTH || begin + length > size) {
      throw new PeerError("peer.request", `request for bytes ${begin} to ${begin + length} of piece ${piece}, which has ${size}`);
    }
    const mayHave = (!peer.flags.amChoking || peer.grantedFast.has(piece)) && this.#options.hasPiece(piece);
    if (!mayHave || (peer.uploads.size >= MAX_QUEUED_REQUESTS && peer.supportsFast)) {
      // Without the fast extension, a request that crossed our choke is dropped by both sides (BEP 3).
      if (peer.supportsFast) peer.send({ type: "reject", piece, begin, length });
      return;
    }
    peer.uploads.push(request);
    if (peer.uploads.size >= MAX_QUEUED_REQUESTS) peer.pause("uploads");
    this.pump(peer);
  }

  cancel(peer: Peer, request: BlockRequest): void {
    if (peer.uploads.cancel(request.piece, request.begin, request.length) && peer.supportsFast) peer.send({ type: "reject", ...request });
  }

  /** We choke the peer: what it asked for is void, and rejected where it can be told. */
  choke(peer: Peer): void {
    const dropped = peer.uploads.clear((request) => peer.grantedFast.has(request.piece));
    if (peer.supportsFast) for (const request of dropped) peer.send({ type: "reject", ...request });
    this.#resumeReading(peer);
  }

  /** Sends as much as the connection and the limits take. Call it when either may have changed. */
  pump(peer: Peer): void {
    const { uploads } = peer;
    if (uploads.isReading || uploads.isWaiting || uploads.size === 0 || peer.isClosed) return;
    if (peer.connection.queuedBytes > UPLOAD_HIGH_WATER) return;
    if (!this.#options.limiter.isOpen) {
      uploads.isWaiting = true;
      this.#options.limiter.wait(() => {
        uploads.isWaiting = false;
        this.pump(peer);
      });
      return;
    }
    const run = uploads.takeRun();
    uploads.isReading = true;
    this.#reading++;
    this.#send(peer, run)
      .catch((error: unknown) => this.#failed(peer, run, error))
      .finally(() => {
        uploads.isReading = false;
        this.#reading--;
        if (this.#reading === 0) for (const done of this.#idle.splice(0)) done();
        this.#resumeReading(peer);
        this.pump(peer);
      });
  }

  /** Resolves when no read is under way: files may be closed then. */
  async idle(): Promise<void> {
    if (this.#reading === 0) return;
    await new Promise<void>((resolve) => {
      this.#idle.push(resolve);
    });
  }

  async #send(peer: Peer, run: readonly BlockRequest[]): Promise<void> {
    const [first] = run;
    if (first === undefined) return;
    const blockBytes = run.reduce((sum, request) => sum + request.length, 0);
    const total = blockBytes + run.length * PIECE_HEADER_LENGTH;
    // A short run gets what it needs: a peer that asks for scattered blocks must not tie up sixteen times their size.
    const isPooled = total >= SMALLEST_POOLED_RUN && total <= RUN_BUFFER_BYTES;
    const buffer = isPooled ? (this.#spare.pop() ?? new Uint8Array(RUN_BUFFER_BYTES)) : new Uint8Array(total);
    const views: Uint8Array[] = [];
    let at = 0;
    for (const { piece, begin, length } of run) {
      at = writePieceHeader(buffer, at, piece, begin, length);
      views.push(buffer.subarray(at, at + length));
      at += length;
    }
    const { layout, storage, limiter } = this.#options;
    await storage.read(layout.pieceOffset(first.piece) + first.begin, views);
    if (peer.isClosed) {
      this.#release(buffer);
      return;
    }
    limiter.charge(total);
    peer.connection.write(total === buffer.length ? buffer : buffer.subarray(0, total), () => {
      this.#release(buffer);
      this.pump(peer);
    });
    this.#options.onSent(peer, blockBytes);
  }

  #failed(peer: Peer, run: readonly BlockRequest[], error: unknown): void {
    if (peer.supportsFast) for (const request of run) peer.send({ type: "reject", ...request });
    else peer.close();
    this.#options.onStorageError(error instanceof StorageError ? error : new StorageError("storage.failed", String(error), { cause: error }));
  }

  #release(buffer: Uint8Array): void {
    if (buffer.length === RUN_BUFFER_BYTES && this.#spare.length < MAX_SPARE_BUFFERS) this.#spare.push(buffer);
  }

  #resumeReading(peer: Peer): void {
    if (peer.uploads.size * 2 < MAX_QUEUED_REQUESTS) peer.resume("uploads");
  }
}
