import { Bitfield } from "../../../base/index.ts";
import { hasSpareBits, readBits, spareBits } from "../bits.ts";
import type { Context, Report, Topic } from "../context.ts";
import { isWithoutMetadata } from "../update-memory.ts";

/** What the sides say about their pieces (BEP 3). */
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
  if (!mine.hasToldPieces) {
    if (mine.hasSpoken && !isWithoutMetadata(context))
      report("pieces.late", `a bitfield of ${bits.length} bytes after other messages: it is only ever the first`);
    return;
  }
  const now = from.pieces === undefined ? undefined : readBits(bits, from.pieces.length);
  if (from.pieces === undefined || now === undefined)
    report("pieces.in-place-of-haves", "a further bitfield: new pieces are told by have");
  else if (from.pieces.hasBeyond(now))
    report(
      "pieces.taken-back",
      `a further bitfield with ${now.count} pieces, without some of the ${from.pieces.count} told before`,
    );
  else if (now.count === from.pieces.count)
    report(
      "pieces.bitfield-twice",
      `a further bitfield with the same ${now.count} pieces: it is only ever the first message`,
    );
  else
    report(
      "pieces.in-place-of-haves",
      `a further bitfield for ${now.count - from.pieces.count} new pieces: they are told by have`,
    );
}

/** `fast.twice` is about those that tell nothing new. */
function lintHaveAll({ mine, from }: Context, report: Report): void {
  if (!mine.hasToldPieces || from.pieces === undefined || from.pieces.isFull) return;
  report(
    "pieces.in-place-of-haves",
    `have-all for ${from.pieces.length - from.pieces.count} new pieces: they are told by have`,
  );
}

function lintHave({ metainfo, from }: Context, piece: number, report: Report): void {
  if (metainfo !== undefined && piece >= metainfo.pieceCount)
    report("pieces.have-range", `have of piece ${piece}: the torrent has ${metainfo.pieceCount}, from 0 on`);
  else if (from.pieces?.get(piece) === true)
    report("pieces.have-again", `have of piece ${piece}, which it told before`);
}

/** A bitfield from before the torrent was known is looked at when it is. */
function lintEarlier({ metainfo, mine }: Context, report: Report): void {
  const { unchecked } = mine;
  if (metainfo === undefined || unchecked === undefined) return;
  mine.unchecked = undefined;
  const { pieceCount } = metainfo;
  const expected = new Bitfield(pieceCount).bytes.length;
  if (unchecked.length !== expected)
    report(
      "pieces.bitfield-length",
      `its bitfield had ${unchecked.length} bytes: ${pieceCount} pieces take ${expected}`,
    );
  else if (hasSpareBits(unchecked.last, pieceCount)) report("pieces.spare", spareText(pieceCount));
}

function spareText(pieceCount: number): string {
  return `its bitfield has spare bits set: of the last byte, ${spareBits(pieceCount)} bits are 0 for ${pieceCount} pieces`;
}
