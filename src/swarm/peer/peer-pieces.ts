import { Bitfield, PeerError, toError } from "../../base/index.ts";
import { MAX_EARLY_HAVES } from "../limits.ts";

/** The messages about a peer's pieces that arrived before the number of pieces was known. */
interface EarlyPieces {
  bits: Uint8Array | undefined;
  hasAll: boolean;
  readonly haves: Set<number>;
}

/** The pieces that a peer has announced. */
export class PeerPieces {
  /** The peer's pieces; `undefined` while the number of pieces is not known. */
  bits: Bitfield | undefined;
  /** Whether and how the peer's pieces are included in the availability: not at all, piece by piece, or as a seed. */
  counted: "not" | "pieces" | "seed" = "not";
  readonly #early: EarlyPieces = { bits: undefined, hasAll: false, haves: new Set() };

  /** `pieceCount` is `undefined` while the metadata is not known. */
  constructor(pieceCount: number | undefined) {
    if (pieceCount !== undefined) this.bits = new Bitfield(pieceCount);
  }

  get isSeed(): boolean {
    return this.bits?.isFull ?? this.#early.hasAll;
  }

  /**
   * Adds a bitfield and returns the pieces that are new; `undefined` while the number of pieces is not known. Pieces
   * that are missing from a later bitfield are not removed, so that a peer cannot cause work by sending many bitfields.
   * Throws {@link PeerError} `peer.bitfield` for a wrong size.
   */
  addBitfield(bytes: Uint8Array): Bitfield | undefined {
    if (this.bits === undefined) {
      this.#early.bits = bytes;
      return undefined;
    }
    try {
      return this.#add(Bitfield.unpack(bytes, this.bits.length), this.bits);
    } catch (error) {
      throw new PeerError("peer.bitfield", `bad bitfield: ${toError(error).message}`, { cause: error });
    }
  }

  /** Adds all pieces (`have-all`, BEP 6). Returns the new pieces as {@link addBitfield} does. */
  addAll(): Bitfield | undefined {
    if (this.bits?.isFull === true) return undefined;
    if (this.bits !== undefined) return this.#add(Bitfield.full(this.bits.length), this.bits);
    this.#early.hasAll = true;
    return undefined;
  }

  /**
   * Adds one piece and returns whether it is new. Throws {@link PeerError} `peer.have` for a piece that does not exist.
   */
  addHave(piece: number): boolean {
    if (this.bits === undefined) {
      if (this.#early.haves.size < MAX_EARLY_HAVES) this.#early.haves.add(piece);
      return false;
    }
    if (piece >= this.bits.length) throw new PeerError("peer.have", `have for piece ${piece} of ${this.bits.length}`);
    return this.bits.set(piece);
  }

  /**
   * Sets the number of pieces, and applies the announcements that arrived earlier. Throws the errors of
   * {@link addBitfield} and {@link addHave}.
   */
  setPieceCount(pieceCount: number): void {
    this.bits = new Bitfield(pieceCount);
    const { bits, hasAll, haves } = this.#early;
    if (hasAll) this.addAll();
    if (bits !== undefined) this.addBitfield(bits);
    for (const piece of haves) this.addHave(piece);
    haves.clear();
    this.#early.bits = undefined;
  }

  #add(announced: Bitfield, before: Bitfield): Bitfield {
    const added = announced.andNot(before);
    if (!added.isEmpty) this.bits = before.or(announced);
    return added;
  }
}
