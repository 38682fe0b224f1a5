import { formatClient } from "../../wire/index.ts";
import type { Way } from "../conversation/entry.ts";
import type { Side } from "../conversation/side.ts";
import type { PeerView } from "../session/peer/peer-view.ts";

/** The names of the two sides of a conversation, for display. */
export type Speakers = Readonly<Record<Way, string>>;

/** Returns the names of the sides for a conversation between the console and a peer. */
export function ourSpeakers(view: PeerView): Speakers {
  return { out: "us", in: `peer ${view.number}` };
}

/** Returns the names of the sides for a conversation between two clients: the names of the clients. */
export function twoSpeakers(view: PeerView): Speakers {
  const { sides } = view.conversation;
  return { out: nameOf(sides.out) ?? "the connecting client", in: nameOf(sides.in) ?? "the accepting client" };
}

function nameOf({ extended, handshake }: Side): string | undefined {
  if (extended?.client !== undefined && extended.client !== "") return extended.client;
  return handshake === undefined ? undefined : formatClient(handshake.peerId);
}
