import { BLOCK_LENGTH, Bitfield, StorageError } from "../../base/index.ts";
import type { FileLayout, Metainfo } from "../../metainfo/index.ts";
import type { Hasher } from "../../runtime/index.ts";
import { pieceVerifier, type PieceVerifier, type Storage } from "../../storage/index.ts";
import type { BlockProofs } from "../download/block-proofs.ts";
import type { OpenPiece } from "../download/open-piece.ts";
import { WriteQueue } from "./write-queue.ts";

/** The part of {@link Storage} that a download uses. */
export type BlockStorage = Pick<Storage, "read" | "write">;

/**
 * The result of {@link PieceWriter.finish}. `contradiction`: the piece has one of the hashes of a hybrid torrent and
 * not the other.
 */
export type FinishResult = "stored" | "bad hash" | "contradiction";

/** Verifies and writes complete pieces, and saves blocks of incomplete ones. */
export class PieceWriter {
  readonly #layout: FileLayout;
  readonly #storage: BlockStorage;
  readonly #queue: WriteQueue;
  readonly #verifier: PieceVerifier;

  readonly #proofs: Pick<BlockProofs, "verify"> | undefined;
  readonly #isHybrid: boolean;

  /** `proofs` verifies pieces of v2 and hybrid torrents. */
  constructor(metainfo: Metainfo, storage: BlockStorage, hasher: Hasher, proofs?: Pick<BlockProofs, "verify">) {
    this.#proofs = proofs;
    this.#isHybrid = metainfo.version === "hybrid";
    this.#layout = metainfo.layout;
    this.#storage = storage;
    this.#queue = new WriteQueue(storage);
    this.#verifier = pieceVerifier(metainfo, hasher);
  }

  /** Hashes a complete piece whose bytes are all in `data`, and writes it if it is valid. Rejects with StorageError. */
  async finish(piece: OpenPiece, data: Uint8Array): Promise<FinishResult> {
    const verdict = await this.#verify(piece, data);
    if (verdict !== true) return verdict === false ? "bad hash" : verdict;
    await this.write(piece, data);
    return "stored";
  }

  async #verify(piece: OpenPiece, data: Uint8Array): Promise<boolean | "contradiction"> {
    const isRightV2 = this.#proofs?.verify(piece, data);
    if (isRightV2 !== undefined && !this.#isHybrid) return isRightV2;
    const isRight = await this.#verifier.verify(piece.index, data);
    return isRightV2 === undefined || isRight === isRightV2 ? isRight : "contradiction";
  }

  async write(piece: OpenPiece, data: Uint8Array): Promise<void> {
    await this.#guard(() => this.#queue.write(this.#layout.pieceOffset(piece.index), data));
  }

  /** Reads blocks that are only on disk into `data`. */
  async load(piece: OpenPiece, data: Uint8Array, blocks: Bitfield): Promise<void> {
    for (const { begin, end } of runs(piece, blocks)) {
      await this.#guard(() =>
        this.#storage.read(this.#layout.pieceOffset(piece.index) + begin, [data.subarray(begin, end)]),
      );
    }
  }

  /**
   * Writes blocks of an unfinished piece. The blocks are copied first, because the piece may be finished and its buffer
   * reused before the write ends.
   */
  async save(piece: OpenPiece, data: Uint8Array, blocks: Bitfield): Promise<void> {
    const copies = [...runs(piece, blocks)].map(({ begin, end }) => ({ begin, bytes: data.slice(begin, end) }));
    for (const { begin, bytes } of copies) {
      await this.#guard(() => this.#queue.write(this.#layout.pieceOffset(piece.index) + begin, bytes));
    }
  }

  async #guard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw error instanceof StorageError ? error : new StorageError("storage.failed", String(error), { cause: error });
    }
  }
}

/** Yields the runs of adjacent blocks in `blocks`, each as a byte range of the piece. */
function* runs(piece: OpenPiece, blocks: Bitfield): Generator<{ readonly begin: number; readonly end: number }> {
  let first = -1;
  let last = -1;
  for (const block of blocks.ones()) {
    if (first >= 0 && block === last + 1) last = block;
    else {
      if (first >= 0) yield bytes(piece, first, last);
      first = block;
      last = block;
    }
  }
  if (first >= 0) yield bytes(piece, first, last);
}

function bytes(piece: OpenPiece, first: number, last: number): { begin: number; end: number } {
  return { begin: first * BLOCK_LENGTH, end: last * BLOCK_LENGTH + piece.blockLength(last) };
}
