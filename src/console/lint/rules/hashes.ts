import { equalBytes } from "../../../base/index.ts";
import { type Context, isAgreed, type Report, type Topic, whoDidNot } from "../context.ts";
import { hashKey } from "../update-memory.ts";

/** Rules about the hashes of v2 torrents (BEP 52). */
export const hashesRules: Topic = (context, report) => {
  const { message, theirs } = context;
  if (message.type !== "hash-request" && message.type !== "hashes" && message.type !== "hash-reject") return;
  if (!isV2(context)) {
    report(
      "hashes.unnegotiated",
      `${message.type} on a connection for v1: ${isAgreed(context, "v2") ? "the torrent has no v2 hashes" : whoDidNot(context, "v2")}`,
    );
    return;
  }
  if (message.type === "hash-request") lintShape(message, report);
  else if (!theirs.hasForgottenHashes && !theirs.hashesAsked.has(hashKey(message)))
    report(
      "hashes.unasked",
      `${message.type} from layer ${message.baseLayer}, index ${message.index}, length ${message.length}, which was not requested`,
    );
};

/**
 * Whether the connection uses version 2 of the torrent: the v2 info-hash in a handshake is sufficient, even without the
 * v2 bit. It is also true while the torrent's metadata is unknown, so that nothing is reported.
 */
function isV2(context: Context): boolean {
  const { metainfo, from, to } = context;
  if (metainfo === undefined) return true;
  const { infoHashV2 } = metainfo;
  if (infoHashV2 === undefined) return false;
  const isAboutV2 = [from, to].some(
    ({ handshake }) => handshake !== undefined && equalBytes(handshake.infoHash, infoHashV2.wire),
  );
  return isAboutV2 || isAgreed(context, "v2");
}

function lintShape({ index, length }: { readonly index: number; readonly length: number }, report: Report): void {
  const isPower = length >= 2 && Number.isInteger(Math.log2(length));
  if (!isPower)
    report("hashes.shape", `a hash request with length ${length}: the length must be a power of two, at least 2`);
  else if (index % length !== 0)
    report(
      "hashes.shape",
      `a hash request with index ${index} and length ${length}: the index must be a multiple of the length`,
    );
}
