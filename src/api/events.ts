import { z } from "zod";
import { torrent, torrentId } from "./torrent.ts";
import { logLine, sessionInfo } from "./session.ts";
import { createTask } from "./requests.ts";

/**
 * The events of `GET /events`, which sends server-sent events. Each has an `id`. A client that reconnects with
 * `Last-Event-ID` gets the events that it missed, or a `snapshot` when these are no longer kept. `event` is one of
 * these names, `data` is JSON:
 */
export const events = {
  /**
   * All torrents. It is sent first on a stream, and again when the daemon no longer has the events that a client
   * missed.
   */
  snapshot: z.object({ torrents: z.array(torrent), session: sessionInfo }),
  /** Changed fields of torrents by id, all fields of new torrents, and the ids of removed torrents. */
  delta: z.object({ changed: z.array(torrent.partial().extend({ id: torrentId })), removed: z.array(torrentId) }),
  /** The total rates and number of connections, sent every second while they change. */
  rates: z.object({ at: z.int(), down: z.number(), up: z.number(), connections: z.int() }),
  session: sessionInfo,
  log: logLine,
  /** The progress of a task that creates a torrent file. */
  task: createTask,
  /** Settings were changed: the client should read them again. */
  settings: z.object({}),
} as const;

/** The name of an event. */
export type EventName = keyof typeof events;
/** The data of an event. */
export type EventData<Name extends EventName> = z.infer<(typeof events)[Name]>;
