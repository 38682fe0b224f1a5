import type { Entry } from "../conversation/entry.ts";
import { clean, formatPercent, formatSize } from "../../terminal/index.ts";
import type { PeerView } from "../session/peer-view.ts";
import { describeBitfield } from "./describe.ts";
import { entriesTable } from "./timeline.ts";
import { Table, type Cell } from "./table.ts";

/** Peers, a line each. */
export function peersTable(views: readonly PeerView[]): Table {
  return new Table({
    columns: [
      { title: "peer", align: "right" },
      { title: "address" },
      { title: "client", flexible: true },
      { title: "has", align: "right" },
      { title: "we" },
      { title: "it" },
      { title: "down", align: "right" },
      { title: "up", align: "right" },
      { title: "messages", align: "right" },
      { title: "state" },
    ],
    rows: views.map(peerRow),
    empty: "no peers yet: await contact(host, port) makes one, await accept() lets them come",
    footer: "we, it: who chokes (C) or does not (-), and who is interested (I) or not (-)",
  });
}

function peerRow(view: PeerView): Cell[] {
  const { sides } = view.conversation;
  const { haves } = view;
  return [
    String(view.number),
    view.address,
    clean(view.client ?? ""),
    haves === undefined ? "?" : formatPercent(haves.length === 0 ? 0 : haves.count / haves.length),
    letters(view.amChoking, view.amInterested),
    letters(view.peerChoking, view.peerInterested),
    formatSize(sides.in.blockBytes),
    formatSize(sides.out.blockBytes),
    String(view.timeline.length + view.timeline.dropped),
    view.isClosed ? { text: "gone", tone: "dim" } : { text: view.direction, tone: "good" },
  ];
}

function letters(chokes: boolean, interested: boolean): string {
  return `${chokes ? "C" : "-"}${interested ? "I" : "-"}`;
}

/** Messages, a line each. */
export function messagesTable(entries: readonly Entry[]): Table {
  return entriesTable(entries, undefined, { empty: "no messages yet" });
}

/** A peer by itself: who it is, and how things stand. */
export function describePeer(view: PeerView): string {
  const { haves } = view;
  const yes = (flag: boolean): string => (flag ? "yes" : "no");
  const lines = [
    `peer ${view.number}, ${view.address}, ${view.direction}${view.isClosed ? ", gone" : ""}`,
    `  client       ${clean(view.client ?? "not known yet")}`,
    `  has          ${haves === undefined ? "not known yet" : describeBitfield(haves)}`,
    `  we           choke it: ${yes(view.amChoking)}, are interested: ${yes(view.amInterested)}`,
    `  it           chokes us: ${yes(view.peerChoking)}, is interested: ${yes(view.peerInterested)}`,
    `  extensions   ${clean(view.extensions.join(", ")) || "none told"}`,
    `  open         ${view.asked.length} requests of ours, ${view.requests.length} of its own`,
    `  said         ${view.timeline.length + view.timeline.dropped} messages, ${view.findings.length} odd: timeline(peer), lint(peer)`,
  ];
  return lines.join("\n");
}
