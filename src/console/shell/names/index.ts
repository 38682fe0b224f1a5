import { COMMON_FUNCTIONS, COMMON_OBJECTS, GUIDES } from "./common-names.ts";
import type { NameGroup, NameHelp } from "./name.ts";
import { PEER_ACTIONS, PEER_FACTS } from "./peer-names.ts";
import { REPLAY_FUNCTIONS, REPLAY_OBJECTS } from "./replay-names.ts";
import { FUNCTIONS, OBJECTS } from "./session-names.ts";
import { LIST_NAMES, MESSAGE_NAMES, PIECE_NAMES, TRACKER_NAMES } from "./thing-names.ts";

export type { NameGroup, NameHelp } from "./name.ts";

/** All names of a live session, in the order in which `available()` lists them. */
export const SESSION_NAMES: readonly NameGroup[] = [
  { owner: "", title: "Objects", names: [...OBJECTS, ...COMMON_OBJECTS] },
  { owner: "", title: "Functions", names: [...GUIDES, ...FUNCTIONS, ...COMMON_FUNCTIONS] },
  { owner: "peer", title: "Properties of a peer", names: PEER_FACTS },
  { owner: "peer", title: "Messages and actions for a peer", names: PEER_ACTIONS },
  { owner: "message", title: "Fields of a message", names: MESSAGE_NAMES },
  { owner: "tracker", title: "Trackers", names: TRACKER_NAMES },
  { owner: "piece", title: "Pieces", names: PIECE_NAMES },
  { owner: "list", title: "Lists (arrays with these additional members)", names: LIST_NAMES },
];

/** All names of a replay, in the order in which `available()` lists them. */
export const REPLAY_NAMES: readonly NameGroup[] = [
  { owner: "", title: "Objects", names: [...REPLAY_OBJECTS, ...COMMON_OBJECTS] },
  { owner: "", title: "Functions", names: [...GUIDES, ...REPLAY_FUNCTIONS, ...COMMON_FUNCTIONS] },
  { owner: "peer", title: "Properties of a peer", names: PEER_FACTS },
  { owner: "message", title: "Fields of a message", names: MESSAGE_NAMES },
  { owner: "list", title: "Lists (arrays with these additional members)", names: LIST_NAMES },
];

/** Returns the help for a name or alias of an owner; `undefined` if there is none. */
export function findName(groups: readonly NameGroup[], owner: string, name: string): NameHelp | undefined {
  for (const group of groups) {
    if (group.owner !== owner) continue;
    for (const entry of group.names) if (entry.name === name || entry.aliases?.includes(name) === true) return entry;
  }
  return undefined;
}
