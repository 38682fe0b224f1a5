import { formatClient } from "../../wire/index.ts";
import type { Way } from "../conversation/entry.ts";
import type { Side } from "../conversation/side.ts";
import type { PeerView } from "../session/peer/peer-view.ts";

/** The names of the two sides of a conversation. */
export type Speakers = Readonly<Record<Way, string>>;

/** Returns the names for a session in which the console is one side. */
export function ourSpeakers(view: PeerView): Speakers {
  return { out: "us", in: `peer ${view.number}` };
}

/** Returns the names for a conversation of two clients: their client names. */
export function twoSpeakers(view: PeerView): Speakers {
  const { sides } = view.conversation;
  return { out: nameOf(sides.out) ?? "the connecting client", in: nameOf(sides.in) ?? "the accepting client" };
}

function nameOf({ extended, handshake }: Side): string | undefined {
  if (extended?.client !== undefined && extended.client !== "") return extended.client;
  return handshake === undefined ? undefined : formatClient(handshake.peerId);
}
