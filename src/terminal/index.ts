/** Output on a terminal: escaping of unsafe characters, columns, colours, sizes and times. */
export * from "./format.ts";
export * from "./style.ts";
export * from "./text.ts";
