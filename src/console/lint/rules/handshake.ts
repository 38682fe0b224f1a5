import { equalBytes, toHex } from "../../../base/index.ts";
import type { Context, Report, Topic } from "../context.ts";

/** The first byte of a handshake: the length of the protocol name, 19. */
const PROTOCOL_LENGTH = 19;

/** Rules about the handshake (BEP 3). */
export const handshakeRules: Topic = (context, report) => {
  const { message, from, mine } = context;
  if (message.type === "garbage" && from.handshake === undefined && !mine.hasSentGarbage)
    lintStranger(message.bytes, report);
  if (message.type === "handshake") lintHandshake(context, message, report);
};

function lintStranger(bytes: Uint8Array, report: Report): void {
  const head = bytes.subarray(0, 16);
  const isText = head.every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x0d || byte === 0x0a);
  if (isText || head[0] === PROTOCOL_LENGTH)
    report(
      "handshake.protocol",
      `the connection begins with ${toHex(head)}, not with the byte 0x13 and "BitTorrent protocol"`,
    );
  else report("handshake.unreadable", `the connection begins with ${toHex(head)}: encrypted, or another protocol`);
}

function lintHandshake(
  context: Context,
  { infoHash, peerId }: { readonly infoHash: Uint8Array; readonly peerId: Uint8Array },
  report: Report,
): void {
  const other = context.to.handshake;
  if (context.infoHash !== undefined && !equalBytes(infoHash, context.infoHash) && !isUpgrade(context, infoHash)) {
    report(
      "handshake.info-hash",
      `the handshake has the info-hash ${toHex(infoHash)}, but ${toHex(context.infoHash)} was requested`,
    );
  } else if (other !== undefined && !equalBytes(infoHash, other.infoHash) && !isUpgrade(context, infoHash)) {
    report(
      "handshake.mismatch",
      `the handshake has the info-hash ${toHex(infoHash)}, that of the other side has ${toHex(other.infoHash)}`,
    );
  }
  if (other !== undefined && equalBytes(peerId, other.peerId))
    report("handshake.self", `both sides have the peer id ${toHex(peerId)}`);
}

/**
 * Whether the info-hash in a handshake upgrades the connection to v2: in a hybrid torrent, the accepting side may
 * reply with the v2 info-hash (BEP 52). While the torrent's metadata is unknown, any info-hash may be the v2 one.
 */
function isUpgrade({ metainfo, to }: Context, infoHash: Uint8Array): boolean {
  if (to.handshake?.reserved.v2 !== true) return false;
  return (
    metainfo === undefined || (metainfo.infoHashV2 !== undefined && equalBytes(infoHash, metainfo.infoHashV2.wire))
  );
}
