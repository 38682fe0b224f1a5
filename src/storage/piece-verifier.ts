import { BLOCK_LENGTH, equalBytes } from "../base/index.ts";
import { digestLength, pieceDigest, pieceRoot, pieceTreeWidth } from "../metainfo/index.ts";
import type { FileLayout, HashesV1, HashesV2, HashScheme, LayoutFile, Metainfo } from "../metainfo/index.ts";
import type { HashAlgorithm, HashFailure, Hasher, HashFilesResult, HashSegment } from "../runtime/index.ts";

/** Which of the pieces in some files are right. */
export interface FilesVerdict {
  /** One byte a piece: 1 where all of it could be read and it is right. */
  readonly right: Uint8Array;
  /** The first failure to read other than a missing or short file, if any. */
  readonly failure: HashFailure | undefined;
}

/**
 * Tells whether pieces are right by the torrent's hash scheme: the SHA-1 of each piece (BEP 3), or the root of its
 * merkle tree (BEP 52).
 */
export interface PieceVerifier {
  readonly layout: FileLayout;
  /** How many {@link PieceVerifier.verifyFiles} keep all cores busy. */
  readonly parallelism: number;
  /**
   * Whether it can be told of a piece: not of one that there is not, nor in v2 while the file's piece layer is not
   * known. Such a piece is never right.
   */
  canVerify(piece: number): boolean;
  /** Whether `data`, all bytes of a piece, is right. May use another thread: leave `data` alone until it resolves. */
  verify(piece: number, data: Uint8Array): Promise<boolean>;
  /** The same at once, on this thread. */
  verifySync(piece: number, data: Uint8Array): boolean;
  /**
   * How many pieces from `first` on, `most` at the most, may be given to {@link PieceVerifier.verifyFiles} together: 1
   * or more. In v2 those of one file, of which either all or none can be verified.
   */
  run(first: number, most: number): number;
  /**
   * Reads and hashes away from this thread the `count` pieces from `first` on, a run, whose bytes are what the segments
   * hold when laid end to end. Pieces with missing or short files are not right. Rejects with AbortError.
   */
  verifyFiles(
    first: number,
    count: number,
    segments: readonly HashSegment[],
    signal?: AbortSignal,
  ): Promise<FilesVerdict>;
}

/** The verifier of a torrent: by {@link Metainfo.hashes}, so a hybrid's pieces are those of v1. Cheap to make. */
export function pieceVerifier({ hashes, layout }: Pick<Metainfo, "hashes" | "layout">, hasher: Hasher): PieceVerifier {
  return hashes.kind === "v1" ? new VerifierV1(hashes, layout, hasher) : new VerifierV2(hashes, layout, hasher);
}

/** What both versions do alike. */
abstract class Verifier<Scheme extends HashScheme> {
  readonly layout: FileLayout;
  protected readonly hashes: Scheme;
  protected readonly hasher: Hasher;

  constructor(hashes: Scheme, layout: FileLayout, hasher: Hasher) {
    this.hashes = hashes;
    this.layout = layout;
    this.hasher = hasher;
  }

  get parallelism(): number {
    return this.hasher.parallelism;
  }

  canVerify(piece: number): boolean {
    return this.digestOf(piece) !== undefined;
  }

  protected digestOf(piece: number): Uint8Array | undefined {
    return pieceDigest(this.hashes, this.layout, piece);
  }

  protected compare(first: number, count: number, { digests, readable, failure }: HashFilesResult): FilesVerdict {
    const size = digestLength(this.hashes);
    const right = new Uint8Array(count);
    for (let at = 0; at < count; at++) {
      if (readable[at] !== 1) continue;
      const expected = this.digestOf(first + at);
      if (expected !== undefined && equalBytes(digests.subarray(at * size, (at + 1) * size), expected)) right[at] = 1;
    }
    return { right, failure };
  }
}

/** A piece's digest. */
const DIGEST_V1: HashAlgorithm = "sha1";

class VerifierV1 extends Verifier<HashesV1> implements PieceVerifier {
  verify(piece: number, data: Uint8Array): Promise<boolean> {
    const expected = this.digestOf(piece);
    if (expected === undefined) return Promise.resolve(false);
    return this.hasher.digest(DIGEST_V1, data).then((digest) => equalBytes(digest, expected));
  }

  verifySync(piece: number, data: Uint8Array): boolean {
    const expected = this.digestOf(piece);
    return expected !== undefined && equalBytes(this.hasher.digestSync(DIGEST_V1, data), expected);
  }

  run(first: number, most: number): number {
    return Math.min(most, this.layout.pieceCount - first);
  }

  async verifyFiles(
    first: number,
    count: number,
    segments: readonly HashSegment[],
    signal?: AbortSignal,
  ): Promise<FilesVerdict> {
    const { pieceLength } = this.layout;
    return this.compare(
      first,
      count,
      await this.hasher.digestFiles({ segments, shape: "pieces", algorithm: DIGEST_V1, pieceLength }, signal),
    );
  }
}

/** By file: each has trees of its own, and one that fits a piece a tree of its own width. */
class VerifierV2 extends Verifier<HashesV2> implements PieceVerifier {
  async verify(piece: number, data: Uint8Array): Promise<boolean> {
    return this.verifySync(piece, data);
  }

  verifySync(piece: number, data: Uint8Array): boolean {
    const { pieceLength } = this.layout;
    const expected = this.digestOf(piece);
    const file = this.#fileOf(piece);
    // A tree has room for so many blocks: those of longer data would not count.
    if (expected === undefined || file === undefined || data.length !== this.layout.pieceSize(piece)) return false;
    return equalBytes(pieceRoot(data, this.hasher, pieceLength, file.length), expected);
  }

  run(first: number, most: number): number {
    const file = this.#fileOf(first);
    return file === undefined ? 1 : Math.min(most, this.layout.filePieces(file.index).last + 1 - first);
  }

  async verifyFiles(
    first: number,
    count: number,
    segments: readonly HashSegment[],
    signal?: AbortSignal,
  ): Promise<FilesVerdict> {
    const width = pieceTreeWidth(this.layout.pieceLength, this.#fileOf(first)?.length ?? 0) * BLOCK_LENGTH;
    return this.compare(
      first,
      count,
      await this.hasher.digestFiles({ segments, shape: "merkle", algorithm: "sha256", pieceLength: width }, signal),
    );
  }

  #fileOf(piece: number): LayoutFile | undefined {
    const [index] = this.layout.filesOfPiece(piece);
    return index === undefined ? undefined : this.layout.files[index];
  }
}
