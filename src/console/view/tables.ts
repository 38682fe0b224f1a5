import { formatPercent, formatSize, groupDigits, styleFor, type Style } from "../../terminal/index.ts";
import type { Entry, Finding, Way } from "../conversation/entry.ts";
import type { PeerView } from "../session/peer/peer-view.ts";
import { describeMessage } from "./describe.ts";
import { ourSpeakers, type Speakers } from "./speakers.ts";
import { tableOf, type Cell, type Field, type Look, type Table } from "./table.ts";

/**
 * The minimum width of the terminal, in columns, at which findings have a column. On a narrower terminal they are
 * printed below their rows.
 */
const NARROW = 100;

/** Formats milliseconds since the session began as seconds: `+0.123`. */
export function timeText(at: number): string {
  return `+${(at / 1000).toFixed(3)}`;
}

/** Returns an arrow that shows the direction of a message. */
export function arrow(way: Way, style: Pick<Style, "unicode">): string {
  if (style.unicode) return way === "out" ? "→" : "←";
  return way === "out" ? "->" : "<-";
}

/** Returns the sign that marks a finding: `!` for a fault, `~` for a note. */
export function mark(finding: Pick<Finding, "severity">): string {
  return finding.severity === "fault" ? "!" : "~";
}

function lookOf(findings: readonly Pick<Finding, "severity">[]): Look | undefined {
  if (findings.length === 0) return undefined;
  return findings.some(({ severity }) => severity === "fault") ? "bad" : "warn";
}

/** Formats the findings on a message in a short form: `! request.choked (BEP 3)`. */
function findingsText({ findings }: Entry): Cell {
  return {
    text: findings.map((finding) => `${mark(finding)} ${finding.rule} (BEP ${finding.bep})`).join(", "),
    look: lookOf(findings),
  };
}

interface EntryFieldsOptions {
  readonly style: Style;
  readonly pieceCount: number | undefined;
}

function entryFields({ style, pieceCount }: EntryFieldsOptions): Field<Entry>[] {
  return [
    { title: "seconds", align: "right", of: ({ at }) => ({ text: timeText(at), look: "dim" }) },
    { title: "", of: ({ way }) => ({ text: arrow(way, style), look: way === "out" ? "accent" : "good" }) },
    { title: "message", flexible: "wrap", of: (entry) => describeMessage(entry, pieceCount) },
    { title: "bytes", align: "right", of: ({ size }) => (size === 0 ? "" : groupDigits(size)) },
    { title: "lint", flexible: "wrap", omitEmpty: true, belowUnder: NARROW, of: findingsText },
  ];
}

/** Options of {@link timelineTable}. */
export interface TimelineOptions {
  /** The maximum number of messages to show; the latest ones are shown. Default: all. */
  readonly last?: number | undefined;
  /** A function that returns whether to show a message. Default: all are shown. */
  readonly where?: ((entry: Entry) => boolean) | undefined;
  /** The names of the two sides. Default: the console and the peer. */
  readonly speakers?: Speakers | undefined;
  /** The style of the text. Default: the style of stdout. */
  readonly style?: Style | undefined;
}

/** Returns a table of the messages of both sides of a conversation. */
export function timelineTable(view: PeerView, options: TimelineOptions = {}): Table {
  const { last, where, speakers = ourSpeakers(view), style = styleFor(process.stdout) } = options;
  const matching = where === undefined ? [...view.timeline] : view.timeline.filter((entry) => where(entry));
  const shown = last === undefined ? matching : matching.slice(Math.max(0, matching.length - last));
  const { dropped } = view.timeline;
  return tableOf(entryFields({ style, pieceCount: view.conversation.metainfo?.pieceCount }), shown, {
    caption: `peer ${view.number}, ${view.address}: ${arrow("out", style)} ${speakers.out}, ${arrow("in", style)} ${speakers.in}`,
    empty: view.timeline.length === 0 ? "no message was sent yet" : "no message matches",
    legend:
      [
        ...(dropped > 0 ? [`the first ${groupDigits(dropped)} messages were dropped to save memory`] : []),
        ...(shown.some((entry) => entry.findings.length > 0)
          ? ["lint: ! marks a violation of a rule, ~ a message that is allowed but unusual"]
          : []),
      ].join("; ") || undefined,
  });
}

/** Returns a table of messages, which may be of several peers. */
export function messagesTable(
  entries: readonly Entry[],
  options: Pick<TimelineOptions, "style"> & { readonly pieceCount?: number | undefined } = {},
): Table {
  const { style = styleFor(process.stdout), pieceCount } = options;
  return tableOf(
    [
      { title: "#", align: "right", of: ({ number }) => ({ text: String(number), look: "dim" }) },
      ...entryFields({ style, pieceCount }),
    ],
    entries,
    { empty: "no messages yet" },
  );
}

/** Options of {@link lintTable}. */
export interface LintOptions {
  readonly speakers?: ((view: PeerView) => Speakers) | undefined;
}

/** Returns a table of the linter's findings for one or several peers, with the description of each rule. */
export function lintTable(views: PeerView | readonly PeerView[], options: LintOptions = {}): Table {
  const { speakers = ourSpeakers } = options;
  const all = "conversation" in views ? [views] : views;
  const rows = all.flatMap((view) =>
    view.findings.map((finding) => ({ finding, view, who: speakers(view)[finding.way] })),
  );
  const fields: Field<(typeof rows)[number]>[] = [
    { title: "seconds", align: "right", of: ({ finding }) => ({ text: timeText(finding.at), look: "dim" }) },
    { title: "peer", align: "right", omitEmpty: true, of: ({ view }) => (all.length > 1 ? String(view.number) : "") },
    { title: "#", align: "right", of: ({ finding }) => String(finding.entry) },
    { title: "sender", flexible: "cut", of: ({ who }) => who },
    { title: "", of: ({ finding }) => ({ text: finding.severity, look: lookOf([finding]) }) },
    { title: "rule", of: ({ finding }) => finding.rule },
    { title: "BEP", align: "right", of: ({ finding }) => String(finding.bep) },
    { title: "what", flexible: "wrap", belowUnder: NARROW, of: ({ finding }) => finding.text },
  ];
  return tableOf(fields, rows, { empty: "no findings" });
}

/** Returns a table of peers, closed ones included. */
export function peersTable(views: readonly PeerView[]): Table {
  const fields: Field<PeerView>[] = [
    { title: "#", align: "right", of: ({ number }) => String(number) },
    { title: "address", of: ({ address }) => address },
    { title: "client", flexible: "cut", of: ({ client }) => client ?? { text: "no handshake", look: "dim" } },
    {
      title: "has",
      align: "right",
      of: ({ haves }) => (haves === undefined || haves.length === 0 ? "?" : formatPercent(haves.count / haves.length)),
    },
    { title: "we", of: (view) => letters(view.amChoking, view.amInterested) },
    { title: "it", of: (view) => letters(view.peerChoking, view.peerInterested) },
    {
      title: "msgs",
      align: "right",
      of: (view) => groupDigits(view.conversation.sides.out.messages + view.conversation.sides.in.messages),
    },
    { title: "down", align: "right", of: (view) => formatSize(view.conversation.sides.in.bytes) },
    { title: "up", align: "right", of: (view) => formatSize(view.conversation.sides.out.bytes) },
    {
      title: "lint",
      align: "right",
      omitEmpty: true,
      of: ({ findings }) => (findings.length === 0 ? "" : { text: String(findings.length), look: lookOf(findings) }),
    },
    { title: "state", of: stateOf },
  ];
  return tableOf(fields, views, {
    empty: "no peers yet: contact(host, port) connects to one",
    legend: "we, it: C chokes the other, I is interested in the other",
  });
}

/**
 * Formats two states as letters: `CI` choking and interested, `C-` only choking, `-I` only interested, `--` neither.
 */
function letters(choking: boolean, interested: boolean): string {
  return `${choking ? "C" : "-"}${interested ? "I" : "-"}`;
}

function stateOf(view: PeerView): Cell {
  if (view.isClosed) return { text: "closed", look: "dim" };
  return view.conversation.sides.in.handshake === undefined
    ? { text: "connected", look: "warn" }
    : { text: "open", look: "good" };
}
