/** Recordings of sessions: writing, reading and replaying them. docs/console-recordings.md describes the format. */
export type { RecordedEvent, RecordingHeader, RecordingKind } from "./event.ts";
export type { Replayed } from "./describe-event.ts";
export * from "./limits.ts";
export * from "./read-recording.ts";
export * from "./recorder.ts";
export * from "./replay.ts";
export * from "./tape.ts";
