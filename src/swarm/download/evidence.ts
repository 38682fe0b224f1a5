import { equalBytes } from "../../base/index.ts";
import type { HashAlgorithm, Hasher } from "../../runtime/index.ts";
import { MAX_EVIDENCE_BLOCKS } from "../limits.ts";
import type { OpenPiece, Source } from "./open-piece.ts";

/** The hash algorithm with which blocks are compared. It is independent of the torrent's. */
const BLOCK_DIGEST: HashAlgorithm = "sha1";

interface BlockEvidence {
  readonly source: Source;
  readonly digest: Uint8Array;
}

/**
 * Finds the sources of bad blocks. When a piece from several sources fails the hash check, the digest of each block is
 * stored with its source. When the piece is valid later, the sources whose blocks differed are proved to have sent bad
 * data.
 */
export class Evidence {
  readonly #hasher: Hasher;
  readonly #pieces = new Map<number, Map<number, BlockEvidence[]>>();
  #blocks = 0;

  constructor(hasher: Hasher) {
    this.#hasher = hasher;
  }

  /**
   * Handles a piece that failed the hash check. If all its blocks came from one source, that source is proved to have
   * sent bad data and is returned.
   */
  failed(piece: OpenPiece, data: Uint8Array): Source | undefined {
    const sources = piece.sources();
    const [only] = sources;
    // A block found on disk has no source and may be the bad one.
    if (sources.size === 1 && piece.source(0) !== undefined && this.#allFrom(piece)) return only;
    let blocks = this.#pieces.get(piece.index);
    if (blocks === undefined) {
      blocks = new Map();
      this.#pieces.set(piece.index, blocks);
    }
    for (let block = 0; block < piece.blockCount; block++) {
      const source = piece.source(block);
      if (source === undefined) continue;
      const seen = blocks.get(block) ?? [];
      seen.push({ source, digest: this.#digest(piece, block, data) });
      blocks.set(block, seen);
      this.#blocks++;
    }
    this.#forgetOldest();
    return undefined;
  }

  /** Handles a valid piece. Returns the sources that had sent different bytes for it when it failed before. */
  passed(piece: OpenPiece, data: Uint8Array): Set<Source> {
    const liars = new Set<Source>();
    const blocks = this.#pieces.get(piece.index);
    if (blocks === undefined) return liars;
    for (const [block, seen] of blocks) {
      const digest = this.#digest(piece, block, data);
      for (const evidence of seen) if (!equalBytes(evidence.digest, digest)) liars.add(evidence.source);
    }
    this.#forget(piece.index);
    return liars;
  }

  #allFrom(piece: OpenPiece): boolean {
    for (let block = 0; block < piece.blockCount; block++) if (piece.source(block) === undefined) return false;
    return true;
  }

  #digest(piece: OpenPiece, block: number, data: Uint8Array): Uint8Array {
    const begin = block * piece.blockLength(0);
    return this.#hasher.digestSync(BLOCK_DIGEST, data.subarray(begin, begin + piece.blockLength(block)));
  }

  #forget(piece: number): void {
    for (const seen of this.#pieces.get(piece)?.values() ?? []) this.#blocks -= seen.length;
    this.#pieces.delete(piece);
  }

  #forgetOldest(): void {
    for (const piece of this.#pieces.keys()) {
      if (this.#blocks <= MAX_EVIDENCE_BLOCKS || this.#pieces.size === 1) return;
      this.#forget(piece);
    }
  }
}
