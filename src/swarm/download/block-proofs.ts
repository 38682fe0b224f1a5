import { BLOCK_LENGTH, equalBytes, type SyncHasher } from "../../base/index.ts";
import { merkleRoot, MERKLE_HASH_LENGTH, pieceDigest, pieceTreeWidth } from "../../metainfo/index.ts";
import type { FileLayout, PieceLayers } from "../../metainfo/index.ts";
import { TRIAL_REQUESTS } from "../hashes/limits.ts";
import { MIN_PIPELINE } from "../limits.ts";
import type { OpenPiece, Source } from "./open-piece.ts";

/** Requests the hashes of the blocks of a piece. One of the callbacks is called later, or at once. */
export type WantLeaves = (
  piece: number,
  wanted: {
    /** Whether to request the hashes from a source before others. */
    readonly prefers: (source: Source) => boolean;
    readonly onLeaves: (leaves: Uint8Array) => void;
    readonly onUnavailable: () => void;
  },
) => void;

/** Options of {@link BlockProofs}. */
export interface BlockProofsOptions {
  readonly layers: PieceLayers;
  readonly layout: FileLayout;
  readonly hasher: SyncHasher;
  readonly wantLeaves: WantLeaves;
  /** Called when blocks of a piece were compared with their hashes: `bad` are those that differ. */
  readonly onCompared: (piece: OpenPiece, bad: readonly number[]) => void;
  /** Called when blocks of a piece were verified. */
  readonly onProved: (piece: OpenPiece) => void;
  /** Called when a source may get more requests, because one of its blocks was verified. */
  readonly onTrusted: () => void;
}

/** What is known of the hashes of a piece's blocks. */
interface Leaves {
  /** The number of bytes of the piece that belong to a file, without padding. */
  readonly fileBytes: number;
  /** The hashes of the blocks that have arrived, 32 bytes each. */
  readonly computed: Uint8Array;
  /** One byte for each block: 1 when its hash is in `computed`. */
  readonly isComputed: Uint8Array;
  /** The proved hashes; `undefined` while they are not known. */
  expected: Uint8Array | undefined;
  /** Whether the hashes were requested. */
  isWanted: boolean;
  /** Whether no peer has sent them. */
  isUnavailable: boolean;
}

/**
 * Verifies the blocks of a v2 torrent one by one (BEP 52). Each block is hashed when it arrives, which the hash of its
 * piece needs anyway. When the hashes of a piece's blocks are known, a bad block is found at once, with its source.
 *
 * They are requested for pieces with blocks from sources of which no block was verified yet, and for pieces that fail
 * their hash check.
 */
export class BlockProofs {
  readonly #options: BlockProofsOptions;
  readonly #pieces = new WeakMap<OpenPiece, Leaves>();
  readonly #trusted = new WeakSet<Source>();
  /** The sources of which no block could be verified, because no peer has sent the hashes. */
  readonly #untried = new WeakSet<Source>();
  /** For each source on trial, the number of its blocks that wait for their hashes. */
  readonly #waiting = new WeakMap<Source, number>();

  constructor(options: BlockProofsOptions) {
    this.#options = options;
  }

  /**
   * Returns the maximum number of outstanding requests to a source: few until one of its blocks was verified, so that a
   * liar is known by its first blocks.
   */
  most(source: Source): number {
    if (this.#trusted.has(source)) return Infinity;
    return this.#untried.has(source) ? MIN_PIPELINE : Math.max(0, TRIAL_REQUESTS - (this.#waiting.get(source) ?? 0));
  }

  /** Called when blocks of a piece were requested from a source. */
  onRequested(piece: OpenPiece, source: Source): void {
    if (!this.#trusted.has(source)) this.want(piece);
  }

  /** Requests the hashes of a piece's blocks. */
  want(piece: OpenPiece): void {
    const leaves = this.#of(piece);
    if (leaves.isWanted) return;
    leaves.isWanted = true;
    this.#options.wantLeaves(piece.index, {
      prefers: (source) => this.#trusted.has(source),
      onLeaves: (expected) => {
        leaves.expected = expected;
        this.#compare(piece, leaves);
      },
      onUnavailable: () => {
        leaves.isUnavailable = true;
        // Its sources cannot be tried in this way; the hash of the piece will tell.
        for (const source of piece.sources()) this.#untried.add(source);
        this.#options.onTrusted();
        this.#options.onCompared(piece, []);
      },
    });
  }

  /** Whether the hashes of a piece's blocks may still arrive. */
  isPending(piece: OpenPiece): boolean {
    const leaves = this.#of(piece);
    return leaves.expected === undefined && !leaves.isUnavailable;
  }

  /**
   * Called when a block has arrived, with its bytes. Returns false when it is proved to be bad.
   */
  onBlock(piece: OpenPiece, block: number, bytes: Uint8Array, source: Source): boolean {
    const leaves = this.#of(piece);
    this.#hash(leaves, block, bytes);
    const { expected } = leaves;
    if (expected === undefined) {
      if (leaves.isUnavailable) this.#untried.add(source);
      else this.#waiting.set(source, (this.#waiting.get(source) ?? 0) + 1);
      return true;
    }
    if (!equalBytes(hashAt(leaves.computed, block), hashAt(expected, block))) return false;
    this.#trust(source);
    this.#options.onProved(piece);
    return true;
  }

  /** Whether a block was compared with its proved hash, and equals it. */
  isProved(piece: OpenPiece, block: number): boolean {
    const leaves = this.#pieces.get(piece);
    if (leaves?.expected === undefined || leaves.isComputed[block] !== 1) return false;
    return equalBytes(hashAt(leaves.computed, block), hashAt(leaves.expected, block));
  }

  /** Whether the bytes of a complete piece have the hash that the torrent has for it; `undefined` when it has none. */
  verify(piece: OpenPiece, data: Uint8Array): boolean | undefined {
    const { layers, layout, hasher } = this.#options;
    const expected = pieceDigest(layers, layout, piece.index);
    if (expected === undefined) return undefined;
    const leaves = this.#of(piece);
    for (let block = 0; block < leaves.isComputed.length; block++)
      if (leaves.isComputed[block] !== 1)
        this.#hash(leaves, block, data.subarray(block * BLOCK_LENGTH, (block + 1) * BLOCK_LENGTH));
    const isRight = equalBytes(merkleRoot(leaves.computed, hasher, 0, this.#width(piece.index)), expected);
    if (isRight) for (const source of piece.sources()) this.#trust(source);
    return isRight;
  }

  /** Called when all blocks of a piece are downloaded again. */
  restart(piece: OpenPiece): void {
    this.#of(piece).isComputed.fill(0);
  }

  #of(piece: OpenPiece): Leaves {
    let leaves = this.#pieces.get(piece);
    if (leaves === undefined) {
      const fileBytes = this.#fileBytes(piece.index);
      const count = Math.ceil(fileBytes / BLOCK_LENGTH);
      leaves = {
        fileBytes,
        computed: new Uint8Array(count * MERKLE_HASH_LENGTH),
        isComputed: new Uint8Array(count),
        expected: undefined,
        isWanted: false,
        isUnavailable: false,
      };
      this.#pieces.set(piece, leaves);
    }
    return leaves;
  }

  /** Hashes a block, without the padding after it in a hybrid torrent. A block of padding alone has no hash. */
  #hash(leaves: Leaves, block: number, bytes: Uint8Array): void {
    if (block >= leaves.isComputed.length) return;
    const length = Math.min(bytes.length, leaves.fileBytes - block * BLOCK_LENGTH);
    const digest = this.#options.hasher.digestSync("sha256", length < bytes.length ? bytes.subarray(0, length) : bytes);
    leaves.computed.set(digest, block * MERKLE_HASH_LENGTH);
    leaves.isComputed[block] = 1;
  }

  #compare(piece: OpenPiece, leaves: Leaves): void {
    const { expected } = leaves;
    if (expected === undefined) return;
    const bad: number[] = [];
    for (const block of piece.present.ones()) {
      if (leaves.isComputed[block] !== 1) continue;
      if (!equalBytes(hashAt(leaves.computed, block), hashAt(expected, block))) bad.push(block);
      else {
        const source = piece.source(block);
        if (source !== undefined) this.#trust(source);
      }
    }
    this.#options.onCompared(piece, bad);
    this.#options.onProved(piece);
  }

  #trust(source: Source): void {
    if (this.#trusted.has(source)) return;
    this.#trusted.add(source);
    this.#options.onTrusted();
  }

  /** Returns the number of bytes of a piece that belong to a file, without padding. */
  #fileBytes(piece: number): number {
    const { layout } = this.#options;
    const [span] = layout.spans(layout.pieceOffset(piece), layout.pieceSize(piece));
    return span?.length ?? 0;
  }

  #width(piece: number): number {
    const { layout } = this.#options;
    const [index] = layout.filesOfPiece(piece);
    return pieceTreeWidth(layout.pieceLength, index === undefined ? 0 : (layout.files[index]?.length ?? 0));
  }
}

function hashAt(hashes: Uint8Array, block: number): Uint8Array {
  return hashes.subarray(block * MERKLE_HASH_LENGTH, (block + 1) * MERKLE_HASH_LENGTH);
}
