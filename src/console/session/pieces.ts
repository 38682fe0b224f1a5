import { Bitfield, BLOCK_LENGTH, errorMessage, StorageError, toHex, UsageError } from "../../base/index.ts";
import type { Metainfo } from "../../metainfo/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { FilePool, torrentFiles, MemoryStorage, PieceStore, pieceVerifier, type Storage } from "../../storage/index.ts";
import { bytesOf, wholeBetween } from "./arguments.ts";
import type { SessionLog } from "./log.ts";
import { Ranges } from "./ranges.ts";

/** Options of {@link Pieces}. */
export interface PiecesOptions {
  readonly runtime: Runtime;
  readonly metainfo: Metainfo;
  /** The folder for the torrent's files; `undefined` keeps the pieces in memory. */
  readonly folder: string | undefined;
  readonly log: SessionLog;
}

/**
 * The engine's download, with the methods that {@link Pieces} uses. While a download runs, only the download writes to
 * the pieces that it has begun.
 */
export interface Fetcher {
  /** Returns the number of bytes of a piece that the download has begun; `undefined` for other pieces. */
  received(piece: number): number | undefined;
  /** Called when the user's requests have completed a piece. */
  onPiece(piece: number): void;
}

/** A piece of the torrent that the user can inspect and change. */
export class Piece {
  readonly index: number;
  readonly #pieces: Pieces;

  constructor(pieces: Pieces, index: number) {
    this.#pieces = pieces;
    this.index = index;
  }

  /** The length of the piece in bytes. */
  get length(): number {
    return this.#pieces.store.layout.pieceSize(this.index);
  }

  /** The expected SHA-1 of the piece, in hexadecimal. */
  get hash(): string {
    return toHex(this.#pieces.metainfo.pieceHash(this.index));
  }

  /** Whether the piece is complete and its hash is correct. */
  get have(): boolean {
    return this.#pieces.store.has(this.index);
  }

  /** The number of bytes of the piece that have arrived. */
  get received(): number {
    return this.#pieces.received(this.index);
  }

  /** The number of blocks in the piece, of 16 KiB each; the last may be shorter. */
  get blockCount(): number {
    return Math.ceil(this.length / BLOCK_LENGTH);
  }

  /**
   * Reads bytes of the piece from memory or the disk: `length` bytes from offset `begin`; default: the whole piece.
   */
  read(begin = 0, length = this.length - begin): Promise<Uint8Array> {
    return this.#pieces.read(this.index, begin, length);
  }

  /** The former name of {@link Piece.read}. */
  block(begin: number, length = Math.min(BLOCK_LENGTH, this.length - begin)): Promise<Uint8Array> {
    return this.read(begin, length);
  }

  /** Writes bytes to the piece at offset `begin`, as if a peer had sent them. */
  write(begin: number, bytes: Uint8Array): Promise<void> {
    return this.#pieces.write(
      this.index,
      wholeBetween("write(begin, bytes)", "begin", begin, 0, this.length),
      bytesOf("write(begin, bytes)", "bytes", bytes),
    );
  }

  /** Hashes the data of the piece. Resolves to whether the hash is correct. */
  verify(): Promise<boolean> {
    return this.#pieces.verify(this.index);
  }
}

/**
 * The pieces of a session's torrent, in memory or in files. (It has more than 16 members because the session, the
 * engine and the user's commands all use it.)
 */
export class Pieces {
  readonly metainfo: Metainfo;
  readonly storage: Storage;
  readonly store: PieceStore;
  readonly #options: PiecesOptions;
  readonly #pool: FilePool | undefined;
  readonly #received = new Map<number, Ranges>();
  /** The last write or check. Each write or check waits for the previous one. */
  #work: Promise<unknown> = Promise.resolve();
  #failure: Error | undefined;
  #fetcher: Fetcher | undefined;

  constructor(options: PiecesOptions) {
    const { runtime, metainfo, folder } = options;
    const { layout } = metainfo;
    this.#options = options;
    this.metainfo = metainfo;
    this.#pool = folder === undefined ? undefined : new FilePool(runtime.files);
    this.storage =
      folder === undefined || this.#pool === undefined
        ? new MemoryStorage(layout)
        : torrentFiles(metainfo, {
            files: runtime.files,
            pool: this.#pool,
            folder,
            partPath: `${folder}/.${metainfo.id.hex}.parts`,
          });
    this.store = new PieceStore({ storage: this.storage, verifier: pieceVerifier(metainfo, runtime.hasher) });
  }

  /**
   * Opens the storage and verifies the files that exist. Other calls wait until that is done. Rejects with StorageError
   * or AbortError.
   */
  open(signal?: AbortSignal): Promise<void> {
    const { runtime, folder } = this.#options;
    return this.#next(async () => {
      // Fails here, and not with the first block.
      if (folder !== undefined) await runtime.files.makeFolder(folder);
      await this.storage.select(() => true);
      if (await this.storage.hasData()) await this.store.verifyAll(signal === undefined ? {} : { signal });
      await this.storage.prepare(signal);
    });
  }

  get have(): Bitfield {
    return this.store.have;
  }

  /** The number of bytes in complete pieces. */
  get size(): number {
    let size = 0;
    for (const piece of this.have.ones()) size += this.store.layout.pieceSize(piece);
    return size;
  }

  /** Returns a piece. Throws {@link UsageError} `console.argument` when there is no piece with this number. */
  piece(index: number): Piece {
    return new Piece(this, wholeBetween("piece(index)", "index", index, 0, this.metainfo.pieceCount - 1));
  }

  received(index: number): number {
    return this.have.get(index)
      ? this.store.layout.pieceSize(index)
      : (this.#fetcher?.received(index) ?? this.#received.get(index)?.size ?? 0);
  }

  /**
   * The storage in the form that a {@link Fetcher} uses. Its reads and writes wait in the same queue as those of the
   * user.
   */
  get orderly(): Pick<Storage, "read" | "write"> {
    return {
      read: (offset, into) => this.#next(() => this.storage.read(offset, into)),
      write: (offset, parts) => this.#next(() => this.storage.write(offset, parts)),
    };
  }

  /**
   * Attaches a fetcher. Calls `begin` with the complete blocks of each unfinished piece, by piece number. Afterwards
   * only the fetcher writes to these pieces.
   */
  attach(fetcher: Fetcher, begin: (partials: ReadonlyMap<number, Bitfield>) => void): Promise<void> {
    return this.#next(async () => {
      const { layout } = this.store;
      for (const [index, ranges] of this.#received)
        if (ranges.covers(0, layout.pieceSize(index))) await this.#check(index);
      const partials = new Map<number, Bitfield>();
      for (const [index, ranges] of this.#received) {
        const size = layout.pieceSize(index);
        const blocks = new Bitfield(Math.ceil(size / BLOCK_LENGTH));
        for (let block = 0; block < blocks.length; block++)
          blocks.set(block, ranges.covers(block * BLOCK_LENGTH, Math.min(size, (block + 1) * BLOCK_LENGTH)));
        if (!blocks.isEmpty) partials.set(index, blocks);
      }
      for (const index of partials.keys()) this.#received.delete(index);
      this.#fetcher = fetcher;
      begin(partials);
    });
  }

  /**
   * Detaches the fetcher. `partials` has the blocks of unfinished pieces that the fetcher has written, by piece number.
   */
  detach(partials: ReadonlyMap<number, Bitfield>): void {
    this.#fetcher = undefined;
    for (const index of this.#received.keys()) if (this.have.get(index)) this.#received.delete(index);
    for (const [index, blocks] of partials) {
      const size = this.store.layout.pieceSize(index);
      for (const block of blocks.ones())
        this.#rangesOf(index).add(block * BLOCK_LENGTH, Math.min(size, (block + 1) * BLOCK_LENGTH));
    }
  }

  /**
   * Stores a block that the user requested. When it completes its piece, the piece is hashed. `from` is the peer's
   * address, for the log.
   */
  receive(index: number, begin: number, bytes: Uint8Array, from: string): void {
    const size = this.store.layout.pieceSize(index);
    if (begin + bytes.length > size) return;
    this.#own(async () => {
      if (this.have.get(index) || this.#fetcher?.received(index) !== undefined) return;
      await this.#put(index, begin, bytes);
      if (!this.#rangesOf(index).covers(0, size)) return;
      const isRight = await this.#check(index);
      if (isRight) this.#options.log.info(`piece ${index} is complete, and its hash is correct`);
      else
        this.#options.log.warn(`piece ${index} has a wrong hash; its last block came from ${from}; request it again`);
    });
  }

  /** Writes bytes to a piece. The piece then counts as missing until its hash is verified. */
  async write(index: number, begin: number, bytes: Uint8Array): Promise<void> {
    await this.#next(async () => {
      if (this.#fetcher?.received(index) !== undefined)
        throw new UsageError(
          "console.busy",
          `piece ${index} is being downloaded by the engine; auto({ download: false }) ends the download`,
        );
      await this.#put(index, begin, bytes);
    });
  }

  /** Reads bytes of a piece. Rejects with {@link UsageError} `console.missing` when some of them have not arrived. */
  async read(index: number, begin: number, length: number): Promise<Uint8Array> {
    const call = "read(begin, length)";
    const size = this.store.layout.pieceSize(index);
    wholeBetween(call, "begin", begin, 0, size);
    wholeBetween(call, "length", length, 0, size - begin);
    return this.#next(async () => {
      if (!this.have.get(index) && !this.#rangesOf(index).covers(begin, begin + length)) {
        throw new UsageError(
          "console.missing",
          `bytes ${begin} to ${begin + length} of piece ${index} have not arrived yet`,
        );
      }
      return this.store.read(index, begin, length);
    });
  }

  verify(index: number): Promise<boolean> {
    return this.#next(() => this.#check(index));
  }

  /** Closes the files. Rejects with StorageError when a received block could not be stored. */
  async close(): Promise<void> {
    await this.#work;
    try {
      await this.storage.sync();
    } catch (error) {
      this.#options.log.warn(`the files could not be synced to the disk: ${errorMessage(error)}`);
    }
    await this.storage.close();
    await this.#pool?.close();
    if (this.#failure !== undefined) throw this.#failure;
  }

  #rangesOf(index: number): Ranges {
    let ranges = this.#received.get(index);
    if (ranges === undefined) {
      ranges = new Ranges();
      this.#received.set(index, ranges);
    }
    return ranges;
  }

  async #put(index: number, begin: number, bytes: Uint8Array): Promise<void> {
    await this.store.write(index, begin, bytes);
    this.#rangesOf(index).add(begin, begin + bytes.length);
  }

  async #check(index: number): Promise<boolean> {
    const isRight = await this.store.verify(index);
    if (isRight) {
      this.#received.delete(index);
      this.#fetcher?.onPiece(index);
    } else if (this.#rangesOf(index).covers(0, this.store.layout.pieceSize(index))) this.#received.delete(index);
    return isRight;
  }

  /** Runs `work` after all earlier work has ended. */
  #next<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => undefined);
    return done;
  }

  /** Runs `work` after all earlier work has ended, for callers that do not wait for it: errors are logged. */
  #own(work: () => Promise<void>): void {
    this.#next(work).catch((error: unknown) => {
      this.#failure =
        error instanceof StorageError ? error : new StorageError("storage.failed", String(error), { cause: error });
      this.#options.log.warn(this.#failure.message);
    });
  }
}
