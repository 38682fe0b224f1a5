import { formatClient } from "../../wire/index.ts";
import type { Way } from "../conversation/entry.ts";
import type { Side } from "../conversation/side.ts";
import type { PeerView } from "../session/peer/peer-view.ts";

/** What the two sides of a conversation are called. */
export type Speakers = Readonly<Record<Way, string>>;

/** Of a session in which we talk ourselves. */
export function ourSpeakers(view: PeerView): Speakers {
  return { out: "us", in: `peer ${view.number}` };
}

/** Of two clients that we only listen to: by what they call themselves. */
export function twoSpeakers(view: PeerView): Speakers {
  const { sides } = view.conversation;
  return { out: nameOf(sides.out) ?? "the connecting client", in: nameOf(sides.in) ?? "the accepting client" };
}

function nameOf({ extended, handshake }: Side): string | undefined {
  if (extended?.client !== undefined && extended.client !== "") return extended.client;
  return handshake === undefined ? undefined : formatClient(handshake.peerId);
}
