import { clean } from "../../terminal/index.ts";
import type { PeerView } from "../session/peer/peer-view.ts";
import { describeBitfield } from "./bitfield.ts";

/** A peer by itself: who it is, and how things stand. */
export function describePeer(view: PeerView): string {
  const { haves } = view;
  const yes = (flag: boolean): string => (flag ? "yes" : "no");
  const lines = [
    `peer ${view.number}, ${clean(view.address)}, ${view.direction}${view.isClosed ? ", gone" : ""}`,
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
