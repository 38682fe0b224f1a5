/** The daemon's torrents, behind the interface that everything that serves them sees. */
export { DaemonSession, openSession } from "./daemon-session.ts";
export type { SessionOptions } from "./session-options.ts";
export type { FileReading, Session, SessionEvents } from "./session.ts";
