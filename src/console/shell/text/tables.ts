import { formatEndpoint } from "../../../base/index.ts";
import { clean, formatSize } from "../../../terminal/index.ts";
import type { Endpoint } from "../../../base/index.ts";
import type { Entry, Finding } from "../../conversation/entry.ts";
import { isMessageType } from "../../conversation/message-types.ts";
import { wrong } from "../../session/arguments.ts";
import type { LogLine } from "../../session/log.ts";
import { PeerView } from "../../session/peer/peer-view.ts";
import { Piece } from "../../session/pieces.ts";
import { ConsoleTracker } from "../../session/tracker.ts";
import {
  entryText,
  mark,
  messagesTable,
  peersTable,
  tableOf as makeTable,
  timeText,
  type Field,
  type Table,
} from "../../view/index.ts";

/** The maximum number of rows of a table. It is needed because a torrent may have millions of pieces. */
const MOST_ROWS = 500;

const TRACKER_FIELDS: readonly Field<ConsoleTracker>[] = [
  { title: "tier", align: "right", of: ({ tier }) => String(tier) },
  { title: "tracker", flexible: "cut", of: ({ url }) => url },
  {
    title: "state",
    of: ({ state }) => ({ text: state, look: state === "working" ? "good" : state === "failed" ? "bad" : "dim" }),
  },
  { title: "seeders", align: "right", of: ({ seeders }) => String(seeders ?? "?") },
  { title: "leechers", align: "right", of: ({ leechers }) => String(leechers ?? "?") },
  { title: "peers", align: "right", of: ({ peers }) => String(peers.length) },
  { title: "counts us", of: ({ isActive }) => (isActive ? "yes" : "no") },
  { title: "message", flexible: "wrap", omitEmpty: true, of: ({ message }) => clean(message ?? "") },
];

const PIECE_FIELDS: readonly Field<Piece>[] = [
  { title: "piece", align: "right", of: ({ index }) => String(index) },
  { title: "size", align: "right", of: ({ length }) => formatSize(length) },
  { title: "blocks", align: "right", of: ({ blockCount }) => String(blockCount) },
  { title: "here", align: "right", of: ({ received }) => formatSize(received) },
  {
    title: "state",
    of: (piece) =>
      piece.have ? { text: "right", look: "good" } : { text: piece.received > 0 ? "begun" : "missing", look: "dim" },
  },
  { title: "SHA-1", flexible: "cut", of: ({ hash }) => ({ text: hash, look: "dim" }) },
];

const LOG_FIELDS: readonly Field<LogLine>[] = [
  { title: "seconds", align: "right", of: ({ at }) => ({ text: timeText(at), look: "dim" }) },
  {
    title: "what happened",
    flexible: "wrap",
    of: ({ text, level }) => (level === "warning" ? { text, look: "warn" } : text),
  },
];

const FINDING_FIELDS: readonly Field<Finding>[] = [
  { title: "seconds", align: "right", of: ({ at }) => ({ text: timeText(at), look: "dim" }) },
  { title: "rule", of: (finding) => `${mark(finding)} ${finding.rule}` },
  { title: "BEP", align: "right", of: ({ bep }) => String(bep) },
  { title: "what", flexible: "wrap", of: ({ text }) => text },
];

const ENDPOINT_FIELDS: readonly Field<Endpoint>[] = [{ title: "address", of: formatEndpoint }];

/**
 * Formats a list as a table. The type of its elements determines the columns. Throws UsageError `console.argument`
 * for a value that cannot be shown as a table.
 */
export function drawList(list: unknown): Table {
  if (!Array.isArray(list))
    throw wrong("table(list)", "list", "a list: peers, trackers, pieces, log, peer.messages", list);
  const all: readonly unknown[] = list;
  const rows = all.slice(0, MOST_ROWS);
  const more =
    all.length > rows.length
      ? { legend: `and ${all.length - rows.length} more: table(list.slice(${MOST_ROWS})) shows the next` }
      : {};
  if (rows.length === 0) return makeTable<unknown>([{ title: "", of: () => "" }], [], { empty: "the list is empty" });
  if (rows.every((row) => row instanceof PeerView)) return peersTable(rows);
  if (rows.every((row) => row instanceof ConsoleTracker)) return makeTable(TRACKER_FIELDS, rows, more);
  if (rows.every((row) => row instanceof Piece)) return makeTable(PIECE_FIELDS, rows, more);
  if (rows.every(isEntry)) return messagesTable(rows);
  if (rows.every(isFinding)) return makeTable(FINDING_FIELDS, rows, more);
  if (rows.every(isLogLine)) return makeTable(LOG_FIELDS, rows, more);
  if (rows.every(isEndpoint)) return makeTable(ENDPOINT_FIELDS, rows, more);
  throw wrong(
    "table(list)",
    "list",
    "a list of peers, trackers, pieces, messages, findings, log lines or addresses",
    "something else",
  );
}

/** Formats one element of a list on one line. */
export function lineText(element: unknown): string {
  if (isEntry(element)) return entryText(element);
  if (isLogLine(element)) return `${timeText(element.at)} ${clean(element.text)}`;
  if (element instanceof PeerView)
    return `peer ${element.number} ${clean(element.address)} ${clean(element.client ?? "")}`.trimEnd();
  if (element instanceof ConsoleTracker) return `${clean(element.url)} ${element.state}`;
  if (element instanceof Piece)
    return `piece ${element.index}: ${element.have ? `all ${element.length} bytes, and the hash is correct` : `${element.received} of ${element.length} bytes`}`;
  if (isFinding(element))
    return `${timeText(element.at)} ${mark(element)} ${element.rule} (BEP ${element.bep}): ${clean(element.text)}`;
  if (isEndpoint(element)) return formatEndpoint(element);
  return clean(String(element));
}

/** Whether a value is a message of a conversation. */
export function isEntry(value: unknown): value is Entry {
  return isObject(value) && "way" in value && "findings" in value && "type" in value && isMessageType(value.type);
}

function isLogLine(value: unknown): value is LogLine {
  return isObject(value) && "level" in value && "text" in value && "at" in value;
}

function isFinding(value: unknown): value is Finding {
  return isObject(value) && "rule" in value && "bep" in value && "severity" in value;
}

function isEndpoint(value: unknown): value is Endpoint {
  return (
    isObject(value) &&
    "ip" in value &&
    "port" in value &&
    typeof value.ip === "string" &&
    typeof value.port === "number"
  );
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
