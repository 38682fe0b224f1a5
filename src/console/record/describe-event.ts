import { unreachable } from "../../base/index.ts";
import { clean, count } from "../../terminal/index.ts";
import type { Entry } from "../conversation/entry.ts";
import type { PeerView } from "../session/peer/peer-view.ts";
import { entryText, timeText, twoSpeakers } from "../view/index.ts";
import type { RecordedEvent, RecordingKind } from "./event.ts";

/** A message that a replayed event produced, and its peer. */
export interface Replayed {
  readonly peer: PeerView;
  readonly entry: Entry;
}

/** Describes an event with one line for each message that it produced. The text is safe to print on a terminal. */
export function describeEvent(event: RecordedEvent, brought: readonly Replayed[], kind: RecordingKind): string {
  if (brought.length > 0) {
    const lines = brought.map(({ peer, entry }) =>
      entryText(entry, {
        peer: peer.number,
        pieceCount: peer.conversation.metainfo?.pieceCount,
        speaker: kind === "between" ? twoSpeakers(peer)[entry.way] : undefined,
      }),
    );
    return lines.join("\n");
  }
  return `${timeText(event.at).padStart(8)} ${clean(inWords(event))}`;
}

function inWords(event: RecordedEvent): string {
  switch (event.event) {
    case "torrent":
      return `the metadata of the torrent is known: ${event.metainfo.name}`;
    case "peer":
      return `peer ${event.peer} ${event.direction === "outgoing" ? "is contacted" : "connects"}: ${event.address}`;
    case "left-out":
      return `${count(event.peers, "peer")} left out: ${event.why}`;
    case "bytes":
      return `peer ${event.peer} ${event.way === "out" ? "is sent" : "sends"} ${count(event.bytes.length, "byte")} of a message`;
    case "closed":
      return `peer ${event.peer}: ${event.why}`;
    default:
      return unreachable(event);
  }
}
