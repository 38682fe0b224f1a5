import { BLOCK_LENGTH, equalBytes } from "../base/index.ts";
import { digestLength, pieceDigest, pieceRoot, pieceTreeWidth } from "../metainfo/index.ts";
import type { FileLayout, HashesV1, HashesV2, HashScheme, LayoutFile, Metainfo } from "../metainfo/index.ts";
import type { HashAlgorithm, HashFailure, Hasher, HashFilesResult, HashSegment } from "../runtime/index.ts";

/** The result of {@link PieceVerifier.verifyFiles}. */
export interface FilesVerdict {
  /** One byte for each piece: 1 when the piece could be read and is valid, else 0. */
  readonly right: Uint8Array;
  /** The first error of a file that could not be read, if any. A missing or short file is not an error. */
  readonly failure: HashFailure | undefined;
}

/**
 * Verifies pieces against the torrent's hashes: the SHA-1 of each piece (BEP 3), or the root of its merkle tree (BEP
 * 52).
 */
export interface PieceVerifier {
  readonly layout: FileLayout;
  /** The number of concurrent {@link PieceVerifier.verifyFiles} calls that keeps all cores busy. */
  readonly parallelism: number;
  /**
   * Whether the expected hash of a piece is known. It is unknown for an index out of range, and in v2 when the file's
   * piece layer is unknown; such a piece is never valid.
   */
  canVerify(piece: number): boolean;
  /**
   * Resolves to whether `data`, all bytes of a piece, matches its hash. May use another thread: do not change `data`
   * until it resolves.
   */
  verify(piece: number, data: Uint8Array): Promise<boolean>;
  /** The synchronous form of {@link PieceVerifier.verify}. */
  verifySync(piece: number, data: Uint8Array): boolean;
  /**
   * Returns the number of pieces from `first` on, 1 to `most`, that one {@link PieceVerifier.verifyFiles} call may
   * cover. In v2 all of them belong to one file, so the hashes of all or of none are known.
   */
  run(first: number, most: number): number;
  /**
   * Reads and hashes the `count` pieces from `first` on, on other threads. `count` is at most the result of `run`;
   * `segments` are the parts of files that contain the pieces. Pieces with missing or short files are invalid. Rejects
   * with AbortError.
   */
  verifyFiles(
    first: number,
    count: number,
    segments: readonly HashSegment[],
    signal?: AbortSignal,
  ): Promise<FilesVerdict>;
}

/**
 * Returns the verifier for a torrent's {@link Metainfo.hashes} (for a hybrid torrent, v1). Creating one takes little
 * time.
 */
export function pieceVerifier({ hashes, layout }: Pick<Metainfo, "hashes" | "layout">, hasher: Hasher): PieceVerifier {
  return hashes.kind === "v1" ? new VerifierV1(hashes, layout, hasher) : new VerifierV2(hashes, layout, hasher);
}

/** The code that the verifiers of v1 and v2 share. */
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

/** The hash algorithm of v1 pieces. */
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

/**
 * Verifies the pieces of a v2 torrent. Each piece has a merkle tree of its own; the tree of a file of at most one piece
 * is only as wide as the file needs.
 */
class VerifierV2 extends Verifier<HashesV2> implements PieceVerifier {
  async verify(piece: number, data: Uint8Array): Promise<boolean> {
    return this.verifySync(piece, data);
  }

  verifySync(piece: number, data: Uint8Array): boolean {
    const { pieceLength } = this.layout;
    const expected = this.digestOf(piece);
    const file = this.#fileOf(piece);
    // The tree would cover only a part of data that is too long.
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
