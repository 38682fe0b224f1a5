import { styleFor, type Style } from "../../terminal/index.ts";
import type { Entry, Finding, Way } from "../conversation/entry.ts";
import type { PeerView } from "../session/peer-view.ts";
import { describeFindings, describeMessage } from "./describe.ts";
import { Table, type Cell } from "./table.ts";

export interface TimelineOptions {
  /** Only so many, the latest. */
  readonly last?: number | undefined;
}

/** Seconds since the session began: `+12.345`. */
export function formatAt(milliseconds: number): string {
  return `+${(milliseconds / 1000).toFixed(3)}`;
}

export function arrow(way: Way, style: Style): string {
  if (style.unicode) return way === "out" ? "→" : "←";
  return way === "out" ? "->" : "<-";
}

function marks(entry: Entry): Cell {
  const text = describeFindings(entry);
  return { text, tone: entry.findings.some(({ severity }) => severity === "fault") ? "bad" : "warn" };
}

function messageCell(entry: Entry, pieceCount: number | undefined): Cell {
  const text = describeMessage(entry, pieceCount);
  if (entry.type === "closed" || entry.type === "keep-alive") return { text, tone: "dim" };
  return { text, tone: entry.way === "in" ? "accent" : "plain" };
}

/** Messages with their time, direction, size and what is odd about them. */
export function entriesTable(entries: readonly Entry[], pieceCount: number | undefined, words: { readonly title?: string; readonly empty: string; readonly footer?: string | undefined }): Table {
  const style = styleFor(process.stdout);
  return new Table({
    columns: [{ title: "time", align: "right" }, { title: "" }, { title: "message", flexible: true }, { title: "bytes", align: "right" }, { title: "odd", flexible: true }],
    rows: entries.map((entry): Cell[] => [{ text: formatAt(entry.at), tone: "dim" }, arrow(entry.way, style), messageCell(entry, pieceCount), { text: entry.size === 0 ? "" : String(entry.size), tone: "dim" }, marks(entry)]),
    ...words,
  });
}

/** Who a conversation is with, on one line. */
export function peerTitle(view: PeerView): string {
  return `peer ${view.number}, ${view.address}${view.client === undefined ? "" : `, ${view.client}`}`;
}

/** Every message of a conversation, both ways: → is ours, ← is the peer's. */
export function timelineTable(view: PeerView, options: TimelineOptions = {}): Table {
  const { timeline } = view;
  const entries = options.last === undefined ? timeline : timeline.slice(-options.last);
  const hidden = timeline.dropped + timeline.length - entries.length;
  const faults = view.findings.filter(({ severity }) => severity === "fault").length;
  const notes = view.findings.length - faults;
  const parts = [hidden > 0 ? `${hidden} earlier messages are not shown` : "", faults + notes > 0 ? `! ${faults} against a rule, ? ${notes} unusual: lint(peer) explains them` : ""].filter((part) => part !== "");
  return entriesTable(entries, view.haves?.length, { title: peerTitle(view), empty: "nothing was said yet", footer: parts.length === 0 ? undefined : parts.join("; ") });
}

/** What is odd about conversations, a line each. */
export function lintTable(views: readonly PeerView[]): Table {
  const several = views.length > 1;
  const rows = views.flatMap((view) => view.findings.map((finding) => lintRow(view, finding, several)));
  const heard = views.reduce((sum, view) => sum + view.timeline.length + view.timeline.dropped, 0);
  return new Table({
    columns: [{ title: "time", align: "right" }, ...(several ? [{ title: "peer", align: "right" as const }] : []), { title: "who" }, { title: "rule" }, { title: "BEP", align: "right" }, { title: "what", flexible: true }],
    rows,
    title: several || views[0] === undefined ? undefined : peerTitle(views[0]),
    empty: heard === 0 ? "nothing was said yet" : `nothing odd in ${heard} messages`,
    footer: "! breaks a rule of that BEP, ? is unusual",
  });
}

function lintRow(view: PeerView, finding: Finding, several: boolean): Cell[] {
  const isFault = finding.severity === "fault";
  return [
    { text: formatAt(finding.at), tone: "dim" },
    ...(several ? [String(view.number)] : []),
    arrow(finding.way, styleFor(process.stdout)),
    { text: `${isFault ? "!" : "?"} ${finding.rule}`, tone: isFault ? "bad" : "warn" },
    String(finding.bep),
    finding.text,
  ];
}

/** One line for a message as it comes: who, which way, what, and what is odd. */
export function entryText(entry: Entry, options: { readonly peer?: PeerView | undefined; readonly style?: Style } = {}): string {
  const style = options.style ?? styleFor(process.stdout);
  const odd = describeFindings(entry);
  const paint = entry.findings.some(({ severity }) => severity === "fault") ? style.bad : style.warn;
  const who = options.peer === undefined ? "" : `${style.dim(`[${options.peer.number}]`)} `;
  const text = describeMessage(entry, options.peer?.haves?.length);
  return `${style.dim(formatAt(entry.at))} ${who}${arrow(entry.way, style)} ${entry.way === "in" ? style.accent(text) : text}${odd === "" ? "" : `  ${paint(odd)}`}`;
}
