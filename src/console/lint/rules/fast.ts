import { type Context, isAgreed, spanText, type Report, type Topic, whoDidNot } from "../context.ts";
import { UNANSWERED_MS } from "../limits.ts";
import { mustFollowPieces, isWithoutMetadata } from "../update-memory.ts";

/** Rules about the fast extension (BEP 6). */
export const fastRules: Topic = (context, report) => {
  const { message, mine, from, to, metainfo } = context;
  const isFast = from.fast && to.fast;
  // A `malformed` message may be of any kind: a bitfield that cannot be read counts as one.
  if (
    isFast &&
    mustFollowPieces(message) &&
    !mine.hasAnnouncedPieces &&
    !mine.hasSentAfterPieces &&
    !isWithoutMetadata(context)
  ) {
    report(
      "fast.first",
      `${message.type} is the first message: bitfield, have-all or have-none must be sent before it`,
    );
  }
  switch (message.type) {
    case "have-all":
    case "have-none":
      if (isOutOfPlace(context, message.type, report)) return;
      if (mine.hasAnnouncedPieces && (message.type === "have-none" || from.pieces?.isFull !== false))
        report(
          "fast.twice",
          `${message.type} after the pieces were announced: exactly one of bitfield, have-all and have-none is sent`,
        );
      return;
    case "reject":
      if (isOutOfPlace(context, message.type, report)) return;
      lintReject(context, message, report);
      return;
    case "allowed-fast":
      if (isOutOfPlace(context, message.type, report)) return;
      if (metainfo !== undefined && message.piece >= metainfo.pieceCount)
        report(
          "fast.allowed-range",
          `allowed-fast of piece ${message.piece}: the torrent has ${metainfo.pieceCount} pieces, numbered from 0`,
        );
      return;
    case "suggest":
      if (isOutOfPlace(context, message.type, report)) return;
      lintSuggest(context, message.piece, report);
      return;
    case "unchoke":
      if (isFast && from.choking) lintUnanswered(context, report);
      return;
    default:
  }
};

function isOutOfPlace(context: Context, type: string, report: Report): boolean {
  if (isAgreed(context, "fast")) return false;
  report("fast.unnegotiated", `${type} without the fast extension: ${whoDidNot(context, "fast")}`);
  return true;
}

function lintReject(
  { theirs }: Context,
  span: { readonly piece: number; readonly begin: number; readonly length: number },
  report: Report,
): void {
  const kind = theirs.requests.lookUp(span);
  if (kind === "unasked" || kind === "length")
    report("fast.reject-unasked", `reject of ${spanText(span)}, which was not requested`);
  else if (kind === "settled")
    report("fast.reject-unasked", `reject of ${spanText(span)}, whose request got a reply already`);
}

function lintSuggest({ metainfo, from }: Context, piece: number, report: Report): void {
  if (metainfo !== undefined && piece >= metainfo.pieceCount)
    report(
      "fast.suggest-range",
      `suggest of piece ${piece}: the torrent has ${metainfo.pieceCount} pieces, numbered from 0`,
    );
  else if (from.pieces?.get(piece) === false)
    report("fast.suggest-unhad", `suggest of piece ${piece}, which the sender does not have`);
}

function lintUnanswered({ mine, theirs, from, at }: Context, report: Report): void {
  if (mine.chokedAt === undefined || at - mine.chokedAt <= UNANSWERED_MS) return;
  const span = theirs.requests.findOpen(mine.requestsAtChoke, (piece) => !from.allowedFast.has(piece));
  if (span !== undefined)
    report(
      "fast.unanswered",
      `unchoke, but the request for ${spanText(span)} from before the choke got neither a block nor a reject`,
    );
}
