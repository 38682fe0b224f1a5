import { List } from "../list.ts";
import { PeerView } from "../session/peer/peer-view.ts";
import { Piece } from "../session/pieces.ts";
import { isEntry } from "./text/tables.ts";
import { ConsoleTracker } from "../session/tracker.ts";

/**
 * Returns the owner under which the help lists the members of a value, such as `peer`; `undefined` when there is none.
 */
export function ownerOf(value: unknown): string | undefined {
  if (value instanceof PeerView) return "peer";
  if (value instanceof ConsoleTracker) return "tracker";
  if (value instanceof Piece) return "piece";
  if (isEntry(value)) return "message";
  if (value instanceof List) return "list";
  return undefined;
}
