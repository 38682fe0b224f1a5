/**
 * Functions that return conversations as text: tables, lines and dumps. The same entries and width give the same text.
 */
export * from "./bitfield.ts";
export * from "./describe.ts";
export * from "./hex-dump.ts";
export * from "./json.ts";
export * from "./line.ts";
export * from "./peer.ts";
export * from "./speakers.ts";
export * from "./table.ts";
export * from "./tables.ts";
export * from "./wrap.ts";
