import { Bitfield } from "../../../base/index.ts";
import { hasSpareBits, readBits, spareBits } from "../bits.ts";
import type { Context, Report, Topic } from "../context.ts";
import { isWithoutMetadata } from "../update-memory.ts";

/** Rules about bitfield and have (BEP 3). */
export const piecesRules: Topic = (context, report) => {
  const { message } = context;
  lintEarlier(context, report);
  if (message.type === "bitfield") lintBitfield(context, message.bits, report);
  else if (message.type === "have-all") lintHaveAll(context, report);
  else if (message.type === "have") lintHave(context, message.piece, report);
};

function lintBitfield(context: Context, bits: Uint8Array, report: Report): void {
  const { metainfo, mine, from } = context;
  if (metainfo !== undefined && hasSpareBits(bits.at(-1) ?? 0, metainfo.pieceCount))
    report("pieces.spare", spareText(metainfo.pieceCount));
  if (!mine.hasAnnouncedPieces) {
    if (mine.hasSentAfterPieces && !isWithoutMetadata(context))
      report(
        "pieces.late",
        `a bitfield of ${bits.length} bytes after other messages: a bitfield must be the first message`,
      );
    return;
  }
  const now = from.pieces === undefined ? undefined : readBits(bits, from.pieces.length);
  if (from.pieces === undefined || now === undefined)
    report("pieces.in-place-of-haves", "a second bitfield: new pieces are announced with have");
  else if (from.pieces.hasBeyond(now))
    report(
      "pieces.taken-back",
      `a second bitfield with ${now.count} pieces lacks some of the ${from.pieces.count} that were announced before`,
    );
  else if (now.count === from.pieces.count)
    report(
      "pieces.bitfield-twice",
      `a further bitfield with the same ${now.count} pieces: a bitfield must be the first message`,
    );
  else
    report(
      "pieces.in-place-of-haves",
      `a second bitfield for ${now.count - from.pieces.count} new pieces: new pieces are announced with have`,
    );
}

/**
 * Reports a have-all message that announces new pieces after the first announcement. When it announces no new pieces,
 * `fast.twice` is reported in another group of rules.
 */
function lintHaveAll({ mine, from }: Context, report: Report): void {
  if (!mine.hasAnnouncedPieces || from.pieces === undefined || from.pieces.isFull) return;
  report(
    "pieces.in-place-of-haves",
    `have-all for ${from.pieces.length - from.pieces.count} new pieces: new pieces are announced with have`,
  );
}

function lintHave({ metainfo, from }: Context, piece: number, report: Report): void {
  if (metainfo !== undefined && piece >= metainfo.pieceCount)
    report(
      "pieces.have-range",
      `have of piece ${piece}: the torrent has ${metainfo.pieceCount} pieces, numbered from 0`,
    );
  else if (from.pieces?.get(piece) === true)
    report("pieces.have-again", `have of piece ${piece}, which the sender announced before`);
}

/** Checks a bitfield that arrived before the metadata of the torrent, as soon as the metadata is known. */
function lintEarlier({ metainfo, mine }: Context, report: Report): void {
  const { unchecked } = mine;
  if (metainfo === undefined || unchecked === undefined) return;
  mine.unchecked = undefined;
  const { pieceCount } = metainfo;
  const expected = new Bitfield(pieceCount).bytes.length;
  if (unchecked.length !== expected)
    report(
      "pieces.bitfield-length",
      `its bitfield had ${unchecked.length} bytes: ${pieceCount} pieces need ${expected}`,
    );
  else if (hasSpareBits(unchecked.last, pieceCount)) report("pieces.spare", spareText(pieceCount));
}

function spareText(pieceCount: number): string {
  return `its bitfield has spare bits set: for ${pieceCount} pieces, the last ${spareBits(pieceCount)} bits must be 0`;
}
