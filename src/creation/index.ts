/** Creation of torrents from files and folders on disk (BEP 3, 47, 52). */
export * from "./create.ts";
export * from "./limits.ts";
export { automaticPieceLength } from "./piece-length.ts";
export type { SourceOptions } from "./source.ts";
