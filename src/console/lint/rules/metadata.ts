import { METADATA_PIECE_LENGTH } from "../../../wire/index.ts";
import type { Context, Report, Topic } from "../context.ts";

/** Rules about `ut_metadata` (BEP 9). */
export const metadataRules: Topic = (context, report) => {
  const { message, theirs, metainfo } = context;
  switch (message.type) {
    case "extended-handshake": {
      const { metadataSize } = message;
      if (metainfo !== undefined && metadataSize !== undefined && metadataSize !== metainfo.infoBytes.length) {
        report(
          "metadata.size",
          `metadata_size ${metadataSize}: the torrent's info dictionary has ${metainfo.infoBytes.length} bytes`,
        );
      }
      return;
    }
    case "metadata-request":
      lintRequest(context, message.piece, report);
      return;
    case "metadata":
      if (theirs.metadataAsked.has(message.piece)) lintData(context, message, report);
      else report("metadata.unasked", `piece ${message.piece} of the metadata, which was not requested`);
      return;
    case "metadata-reject":
      if (!theirs.metadataAsked.has(message.piece))
        report("metadata.reject-unasked", `reject of piece ${message.piece} of the metadata, which was not requested`);
      return;
    default:
  }
};

function lintRequest({ metainfo, to }: Context, piece: number, report: Report): void {
  const size = to.extended?.metadataSize ?? metainfo?.infoBytes.length;
  if (size === undefined || piece * METADATA_PIECE_LENGTH < size) return;
  report(
    "metadata.range",
    `a request for piece ${piece} of the metadata, which has ${size} bytes, in ${Math.ceil(size / METADATA_PIECE_LENGTH)} pieces numbered from 0`,
  );
}

function lintData(
  { metainfo, from }: Context,
  {
    piece,
    totalSize,
    data,
  }: { readonly piece: number; readonly totalSize: number | undefined; readonly data: Uint8Array },
  report: Report,
): void {
  const announced = metainfo?.infoBytes.length ?? from.extended?.metadataSize;
  if (totalSize === undefined) report("metadata.no-total", `piece ${piece} of the metadata without total_size`);
  else if (announced !== undefined && totalSize !== announced) {
    report("metadata.total-size", `total_size ${totalSize}: the metadata has ${announced} bytes`);
    return;
  }
  const size = announced ?? totalSize;
  if (size === undefined) return;
  const expected = Math.max(0, Math.min(METADATA_PIECE_LENGTH, size - piece * METADATA_PIECE_LENGTH));
  if (data.length !== expected)
    report("metadata.length", `piece ${piece} of the metadata with ${data.length} bytes: it must have ${expected}`);
}
