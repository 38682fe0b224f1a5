/** How things look on a terminal: hostile text made safe, columns, colours, sizes and times. */
export * from "./format.ts";
export * from "./style.ts";
export * from "./text.ts";
