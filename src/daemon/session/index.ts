/**
 * The daemon's session, which manages all torrents. The HTTP server and the RPC use it through the interface
 * `Session`.
 */
export { DaemonSession, openSession } from "./daemon-session.ts";
export type { SessionOptions } from "./session-options.ts";
export type { FileReading, Session, SessionEvents } from "./session.ts";
