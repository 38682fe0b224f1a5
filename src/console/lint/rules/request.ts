import { MAX_BLOCK_LENGTH } from "../../../wire/index.ts";
import type { BlockSpan } from "../../conversation/side.ts";
import { type Context, spanText, type Report, type Topic } from "../context.ts";
import { CROSSING_GRACE_MS, USUAL_BLOCK_LENGTH } from "../limits.ts";

/** Rules about request and cancel (BEP 3). */
export const requestRules: Topic = (context, report) => {
  const { message, mine } = context;
  if (message.type === "cancel" && !mine.requests.wasAsked(message))
    report("request.cancel-unasked", `cancel of ${spanText(message)}, which the sender did not request`);
  if (message.type !== "request" || !isPlace(context, message, report)) return;
  lintState(context, message, report);
  lintPieces(context, message, report);
  lintQueue(context, message, report);
};

/**
 * Whether the requested block exists in the torrent. When it does not, this is reported, and no other rule about the
 * request is checked.
 */
function isPlace({ metainfo }: Context, span: BlockSpan, report: Report): boolean {
  const { piece, begin, length } = span;
  if (length === 0) {
    report("request.empty", `a request for piece ${piece} begin ${begin} with length 0`);
    return false;
  }
  if (metainfo !== undefined) {
    if (piece >= metainfo.pieceCount) {
      report(
        "request.piece",
        `a request for piece ${piece}: the torrent has ${metainfo.pieceCount} pieces, numbered from 0`,
      );
      return false;
    }
    const size = metainfo.layout.pieceSize(piece);
    if (begin + length > size) {
      report("request.range", `a request for ${spanText(span)}: the piece has ${size} bytes`);
      return false;
    }
  }
  if (length > MAX_BLOCK_LENGTH)
    report(
      "request.huge",
      `a request for ${length} bytes: ${USUAL_BLOCK_LENGTH} are usual, ${MAX_BLOCK_LENGTH} are the maximum`,
    );
  else if (length > USUAL_BLOCK_LENGTH)
    report("request.large", `a request for ${length} bytes: ${USUAL_BLOCK_LENGTH} are usual`);
  return true;
}

function lintState(context: Context, span: BlockSpan, report: Report): void {
  const { from, mine } = context;
  if (!from.interested) report("request.uninterested", `a request for ${spanText(span)} without being interested`);
  if (mine.uploadOnly === true) report("request.upload-only", `a request for ${spanText(span)} after upload_only`);
  lintChoked(context, span, report);
}

function lintChoked({ from, to, theirs, at }: Context, span: BlockSpan, report: Report): void {
  if (!to.choking || (from.fast && to.fast && to.allowedFast.has(span.piece))) return;
  if (!theirs.hasUnchoked) report("request.choked", `a request for ${spanText(span)}, but it was never unchoked`);
  else if (theirs.chokedAt !== undefined && at - theirs.chokedAt > CROSSING_GRACE_MS) {
    report(
      "request.choked",
      `a request for ${spanText(span)}, ${Math.round((at - theirs.chokedAt) / 1000)} s after the choke`,
    );
  }
}

function lintPieces({ from, to }: Context, span: BlockSpan, report: Report): void {
  const { piece } = span;
  const isInvited = to.allowedFast.has(piece) || to.suggested.has(piece);
  if (to.pieces?.get(piece) === false && !isInvited)
    report("request.unhad", `a request for ${spanText(span)}: the receiver did not announce the piece`);
  if (from.pieces?.get(piece) === true)
    report("request.had", `a request for ${spanText(span)}: the sender has announced the piece`);
}

function lintQueue({ mine, theirs, to, at }: Context, span: BlockSpan, report: Report): void {
  if (mine.requests.isOpen(span)) {
    report("request.again", `a request for ${spanText(span)}, whose request is still open`);
    return;
  }
  const most = to.extended?.requestQueue;
  // Reported once when the bound is passed: the rest of a burst would repeat it.
  if (
    most === undefined ||
    theirs.queueAnnouncedAt === undefined ||
    at - theirs.queueAnnouncedAt <= CROSSING_GRACE_MS ||
    mine.requests.open !== most
  )
    return;
  report("request.queue", `${most + 1} requests are open: the receiver announced that it queues ${most}`);
}
