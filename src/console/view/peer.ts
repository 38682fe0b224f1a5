import { clean } from "../../terminal/index.ts";
import type { PeerView } from "../session/peer/peer-view.ts";
import { describeBitfield } from "./bitfield.ts";

/** Returns a summary of one peer as text: its identity, and the state of both sides. */
export function describePeer(view: PeerView): string {
  const { haves } = view;
  const yes = (flag: boolean): string => (flag ? "yes" : "no");
  const lines = [
    `peer ${view.number}, ${clean(view.address)}, ${view.direction}${view.isClosed ? ", gone" : ""}`,
    `  client       ${clean(view.client ?? "not known yet")}`,
    `  has          ${haves === undefined ? "not known yet" : describeBitfield(haves)}`,
    `  we           choke it: ${yes(view.amChoking)}, are interested: ${yes(view.amInterested)}`,
    `  it           chokes us: ${yes(view.peerChoking)}, is interested: ${yes(view.peerInterested)}`,
    `  extensions   ${clean(view.extensions.join(", ")) || "none announced"}`,
    `  open         ${view.asked.length} requests to the peer, ${view.requests.length} from it`,
    `  messages     ${view.timeline.length + view.timeline.dropped}, ${view.findings.length} findings: timeline(peer), lint(peer)`,
  ];
  return lines.join("\n");
}
