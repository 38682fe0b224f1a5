import { toHex } from "../../../base/index.ts";
import type { BlockSpan } from "../../conversation/side.ts";
import type { CheckedPieces } from "../checked-pieces.ts";
import { type Context, spanText, type Report, type Topic } from "../context.ts";
import { CROSSING_GRACE_MS } from "../limits.ts";

/**
 * Returns the rules about blocks (BEP 3, BEP 6). `checked` assembles pieces; when it is `undefined`, the hashes of
 * pieces are not checked.
 */
export function blockRules(checked: CheckedPieces | undefined): Topic {
  return (context, report) => {
    const { message } = context;
    if (message.type !== "piece" || !isPlace(context, message, report) || !isAnswer(context, message, report)) return;
    lintChoking(context, message, report);
    if (context.from.pieces?.get(message.piece) === false)
      report("block.unhad", `${spanText(message)}: the sender did not announce the piece`);
    if (message.block !== undefined) lintHash(context, message, message.block, checked, report);
  };
}

function isPlace({ metainfo }: Context, span: BlockSpan, report: Report): boolean {
  if (metainfo === undefined) return true;
  const { piece, begin, length } = span;
  if (piece >= metainfo.pieceCount) {
    report("block.range", `a block of piece ${piece}: the torrent has ${metainfo.pieceCount} pieces, numbered from 0`);
    return false;
  }
  const size = metainfo.layout.pieceSize(piece);
  if (begin + length <= size) return true;
  report("block.range", `a block of ${spanText(span)}: the piece has ${size} bytes`);
  return false;
}

function isAnswer({ theirs }: Context, span: BlockSpan, report: Report): boolean {
  switch (theirs.requests.lookUp(span)) {
    case "asked":
    case "unsure":
      return true;
    case "length":
      report(
        "block.length",
        `a block of ${spanText(span)}: ${theirs.requests.lengthAsked(span) ?? 0} bytes were requested`,
      );
      return false;
    case "settled":
      report("block.twice", `a block of ${spanText(span)}, whose request got a reply already`);
      return false;
    default:
      report("block.unasked", `a block of ${spanText(span)}, which was not requested`);
      return false;
  }
}

/**
 * Checks a block that a side sends while it chokes. Blocks that the sender queued before its choke may still arrive
 * after it, because clients read blocks from the disk ahead of time. With the fast extension such a block is always
 * correct: a side may serve the requests that it has accepted (BEP 6).
 */
function lintChoking({ from, to, mine, at }: Context, span: BlockSpan, report: Report): void {
  if (!from.choking || (from.fast && to.fast && from.allowedFast.has(span.piece))) return;
  if (!mine.hasUnchoked || mine.chokedAt === undefined)
    report("block.choking", `a block of ${spanText(span)} to a side that the sender never unchoked`);
  else if (at - mine.chokedAt > CROSSING_GRACE_MS)
    report(
      "block.choking",
      `a block of ${spanText(span)}, ${Math.round((at - mine.chokedAt) / 1000)} s after the sender's choke`,
    );
  else if (!(from.fast && to.fast))
    report("block.after-choke", `a block of ${spanText(span)} after the sender's choke`);
}

function lintHash(
  { metainfo, way, at }: Context,
  span: BlockSpan,
  block: Uint8Array,
  checked: CheckedPieces | undefined,
  report: Report,
): void {
  if (metainfo === undefined || checked === undefined) return;
  const bad = checked.add({ metainfo, way, at, piece: span.piece, begin: span.begin, block });
  if (bad !== undefined)
    report(
      "block.hash",
      `piece ${span.piece} is complete, and its SHA-1 is ${toHex(bad.found)}, not ${toHex(bad.expected)}`,
    );
}
