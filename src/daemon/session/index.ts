/** The daemon's torrents, behind the interface that everything that serves them sees. */
export { DaemonSession, openSession, type SessionOptions } from "./daemon-session.ts";
export type { FileReading, Session, SessionEvents } from "./session.ts";
