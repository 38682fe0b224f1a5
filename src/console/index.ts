/**
 * The protocol console, with which the user decides which messages are sent to peers. Conversations are decoded,
 * checked, recorded and replayed.
 */
export * from "./between/index.ts";
export * from "./conversation/conversation.ts";
export * from "./conversation/entry.ts";
export * from "./conversation/lint.ts";
export * from "./conversation/message-types.ts";
export * from "./conversation/side.ts";
export * from "./limits.ts";
export * from "./lint/index.ts";
export * from "./list.ts";
export * from "./record/index.ts";
export * from "./session/peer/peer-view.ts";
export type { AcceptOptions } from "./session/connections.ts";
export { ConsolePeer, type HandshakeFields } from "./session/peer/peer.ts";
export { ConsoleSession, type SessionOptions } from "./session/session.ts";
export { runConsole, type ConsoleOptions } from "./shell/run/run-console.ts";
export { newLinter } from "./shell/new-linter.ts";
export { runReplay, type ReplayConsoleOptions } from "./shell/run/run-replay.ts";
export * from "./view/index.ts";
