import { equalBytes } from "../../base/index.ts";
import type { Metainfo } from "../../metainfo/index.ts";
import type { Way } from "../conversation/entry.ts";
import { CHECKED_PIECE_IDLE_MS, MAX_CHECKED_BYTES, MAX_CHECKED_PIECES, USUAL_BLOCK_LENGTH } from "./limits.ts";

/** A function that returns the SHA-1 of bytes, 20 bytes. */
export type Sha1 = (bytes: Uint8Array) => Uint8Array;

/** A block that has arrived, with its position in the torrent. */
export interface PlacedBlock {
  readonly metainfo: Metainfo;
  /** The side that sent the block. A piece with a wrong hash is reported only when one side sent all its blocks. */
  readonly way: Way;
  readonly at: number;
  readonly piece: number;
  readonly begin: number;
  readonly block: Uint8Array;
}

interface Piece {
  readonly bytes: Uint8Array;
  /** The offsets of the blocks of the piece that have arrived. */
  readonly begins: Set<number>;
  touchedAt: number;
}

/**
 * Assembles pieces from the blocks of one conversation and checks their hashes. At most {@link MAX_CHECKED_PIECES}
 * pieces are assembled at a time; only pieces of v1 and hybrid torrents.
 */
export class CheckedPieces {
  readonly #sha1: Sha1;
  readonly #pieces = new Map<string, Piece>();
  #bytes = 0;

  constructor(sha1: Sha1) {
    this.#sha1 = sha1;
  }

  /**
   * Adds a block. When it completes a piece whose hash is wrong, returns the hash of the data (`found`) and the
   * correct hash (`expected`); otherwise `undefined`.
   */
  add(placed: PlacedBlock): { readonly found: Uint8Array; readonly expected: Uint8Array } | undefined {
    const { metainfo, way, at, piece, begin, block } = placed;
    if (metainfo.hashes.kind !== "v1") return undefined;
    const size = metainfo.layout.pieceSize(piece);
    const key = `${way}:${piece}`;
    // A piece in blocks of unusual size is not checked: that would need a list of gaps.
    if (begin % USUAL_BLOCK_LENGTH !== 0 || block.length !== Math.min(USUAL_BLOCK_LENGTH, size - begin)) {
      this.#drop(key);
      return undefined;
    }
    const kept = this.#pieces.get(key) ?? this.#begin(key, size, at);
    if (kept === undefined) return undefined;
    kept.bytes.set(block, begin);
    kept.begins.add(begin);
    kept.touchedAt = at;
    if (kept.begins.size < Math.ceil(size / USUAL_BLOCK_LENGTH)) return undefined;
    this.#drop(key);
    const found = this.#sha1(kept.bytes);
    const expected = metainfo.pieceHash(piece);
    return equalBytes(found, expected) ? undefined : { found, expected };
  }

  #begin(key: string, size: number, at: number): Piece | undefined {
    for (const [old, { touchedAt }] of this.#pieces) if (at - touchedAt > CHECKED_PIECE_IDLE_MS) this.#drop(old);
    if (this.#pieces.size >= MAX_CHECKED_PIECES || this.#bytes + size > MAX_CHECKED_BYTES) return undefined;
    const piece: Piece = { bytes: new Uint8Array(size), begins: new Set(), touchedAt: at };
    this.#pieces.set(key, piece);
    this.#bytes += size;
    return piece;
  }

  #drop(key: string): void {
    const piece = this.#pieces.get(key);
    if (piece === undefined) return;
    this.#pieces.delete(key);
    this.#bytes -= piece.bytes.length;
  }
}
