import { clean, styleFor, type Style } from "../../terminal/index.ts";
import type { Entry } from "../conversation/entry.ts";
import { describeMessage } from "./describe.ts";
import { arrow, mark, timeText } from "./tables.ts";

/** Options of {@link entryText}. */
export interface EntryTextOptions {
  /** The number of the peer, to print before the message. Default: it is not printed. */
  readonly peer?: number | undefined;
  /** The name of the sender, when it is not clear from the context. Default: an arrow shows the direction. */
  readonly speaker?: string | undefined;
  readonly pieceCount?: number | undefined;
  /** The style of the text. Default: the style of stdout. */
  readonly style?: Style | undefined;
}

/**
 * Formats a message on one line, with its findings: `+0.123 peer 1 → request piece 0, 16384 bytes from 0  !
 * request.choked (BEP 3): ...`.
 */
export function entryText(entry: Entry, options: EntryTextOptions = {}): string {
  const { peer, speaker, pieceCount, style = styleFor(process.stdout) } = options;
  const way = arrow(entry.way, style);
  const who = [
    peer === undefined ? undefined : style.dim(`peer ${peer}`),
    entry.way === "out" ? style.accent(way) : style.good(way),
    speaker === undefined || entry.type === "closed" ? undefined : `from ${clean(speaker)}:`,
  ];
  const findings = entry.findings.map((finding) => {
    const text = `${mark(finding)} ${finding.rule} (BEP ${finding.bep}): ${clean(finding.text)}`;
    return `  ${finding.severity === "fault" ? style.bad(text) : style.warn(text)}`;
  });
  return `${style.dim(timeText(entry.at).padStart(8))} ${who.filter((part) => part !== undefined).join(" ")} ${describeMessage(entry, pieceCount)}${findings.join("")}`;
}
