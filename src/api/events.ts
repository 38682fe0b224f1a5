import { z } from "zod";
import { torrent, torrentId } from "./torrent.ts";
import { logLine, sessionInfo } from "./session.ts";
import { createTask } from "./requests.ts";

/**
 * `GET /events`: server-sent events. Each has an `id`; who comes back with `Last-Event-ID` gets what was missed, or
 * `snapshot` when that is not known any more. `event` is one of these names, `data` is JSON:
 */
export const events = {
  /** All torrents: the first event, and after a gap. */
  snapshot: z.object({ torrents: z.array(torrent), session: sessionInfo }),
  /** What has changed: fields of torrents by id, new ones whole; and the ids of those that are gone. */
  delta: z.object({ changed: z.array(torrent.partial().extend({ id: torrentId })), removed: z.array(torrentId) }),
  /** Totals, every second while they change. */
  rates: z.object({ at: z.int(), down: z.number(), up: z.number(), connections: z.int() }),
  session: sessionInfo,
  log: logLine,
  /** A torrent file being made. */
  task: createTask,
  /** Settings were changed: read them again. */
  settings: z.object({}),
} as const;

export type EventName = keyof typeof events;
export type EventData<Name extends EventName> = z.infer<(typeof events)[Name]>;
