import { equalBytes, type InfoHash } from "../../base/index.ts";
import type { Hasher } from "../../runtime/index.ts";
import { MAX_METADATA_LENGTH, METADATA_PIECE_LENGTH } from "../../wire/index.ts";

/**
 * Puts an info dictionary together from pieces that were asked for by hand (BEP 9). What is here of one peer is not
 * mixed with another's: a wrong piece is then that peer's.
 */
export class MetadataPieces {
  readonly #infoHash: InfoHash;
  readonly #hasher: Pick<Hasher, "digestSync">;
  readonly #parts = new Map<number, Uint8Array>();
  #size: number | undefined;

  constructor(infoHash: InfoHash, hasher: Pick<Hasher, "digestSync">) {
    this.#infoHash = infoHash;
    this.#hasher = hasher;
  }

  /**
   * Adds a piece; `totalSize` is the whole dictionary's. Answers the dictionary when it is whole and right, `"wrong"`
   * when it is whole and does not hash (all of it is forgotten then), `undefined` when pieces are missing.
   */
  add(piece: number, data: Uint8Array, totalSize: number | undefined): Uint8Array | "wrong" | undefined {
    if (totalSize !== undefined && totalSize !== this.#size) {
      if (totalSize > MAX_METADATA_LENGTH) return undefined;
      this.#parts.clear();
      this.#size = totalSize;
    }
    const size = this.#size;
    if (size === undefined || piece * METADATA_PIECE_LENGTH >= size || data.length > METADATA_PIECE_LENGTH)
      return undefined;
    this.#parts.set(piece, data);
    const count = Math.ceil(size / METADATA_PIECE_LENGTH);
    if (this.#parts.size < count) return undefined;
    const whole = new Uint8Array(size);
    for (const [index, part] of this.#parts)
      whole.set(part.subarray(0, Math.max(0, size - index * METADATA_PIECE_LENGTH)), index * METADATA_PIECE_LENGTH);
    this.#parts.clear();
    const algorithm = this.#infoHash.version === 1 ? "sha1" : "sha256";
    return equalBytes(this.#hasher.digestSync(algorithm, whole), this.#infoHash.bytes) ? whole : "wrong";
  }
}
