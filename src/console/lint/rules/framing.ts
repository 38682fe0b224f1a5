import type { Context, Report, Topic } from "../context.ts";
import type { RuleId } from "../rules.ts";

/** The rule that a malformed message breaks, by the code of the error with which decoding failed. */
const MALFORMED: ReadonlyMap<string, RuleId> = new Map([
  ["wire.message-length", "framing.size"],
  ["wire.frame-length", "framing.size"],
  ["wire.block-length", "block.large"],
  ["wire.bitfield-length", "pieces.bitfield-length"],
  ["wire.extended-handshake", "extended.malformed"],
  ["wire.metadata", "metadata.malformed"],
  ["wire.extension", "metadata.malformed"],
  ["wire.pex", "pex.malformed"],
]);

/** Rules about how the stream is split into messages (BEP 3). */
export const framingRules: Topic = (context, report) => {
  const { message, from } = context;
  switch (message.type) {
    case "garbage":
      if (from.handshake !== undefined && !context.mine.hasSentGarbage) report("framing.length", message.why);
      return;
    case "malformed":
      report(MALFORMED.get(message.code) ?? "framing.size", message.why);
      return;
    case "unknown":
      report(
        "framing.unknown",
        `a message with the id ${message.id}, of ${message.payload.length} bytes: no BEP defines it`,
      );
      return;
    case "closed":
      lintEnd(context, report);
      return;
    default:
  }
};

function lintEnd({ isMidMessage, from }: Context, report: Report): void {
  if (isMidMessage)
    report(
      "framing.truncated",
      from.handshake === undefined
        ? "the connection ended within the handshake of 68 bytes"
        : "the connection ended within a message",
    );
}
