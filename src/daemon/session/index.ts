/** The daemon's session of torrents, behind the interface that the HTTP server and the RPC use. */
export { DaemonSession, openSession } from "./daemon-session.ts";
export type { SessionOptions } from "./session-options.ts";
export type { FileReading, Session, SessionEvents } from "./session.ts";
