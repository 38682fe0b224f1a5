/** Torrent files and magnet links: read, made, edited (BEP 3, 9, 12, 17, 19, 27, 47, 52, 53). */
export * from "./create.ts";
export * from "./edit.ts";
export { unusable } from "./fail.ts";
export type { OuterFields } from "./fields.ts";
export { digestLength, pieceDigest } from "./hashes.ts";
export type { HashesV1, HashesV2, HashScheme } from "./hashes.ts";
export * from "./layout.ts";
export * from "./limits.ts";
export * from "./magnet.ts";
export {
  merkleLeaves,
  merkleRoot,
  MERKLE_HASH_LENGTH,
  padHash,
  pieceLayerHeight,
  pieceRoot,
  pieceTreeWidth,
  treeWidth,
} from "./merkle.ts";
export type { SyncHasher } from "./merkle.ts";
export { Metainfo } from "./metainfo.ts";
export type { MetainfoVersion } from "./metainfo.ts";
export { safeName } from "./names.ts";
export type { TorrentNode } from "./outer.ts";
export * from "./parse.ts";
export { automaticPieceLength } from "./piece-length.ts";
export { foldName } from "./names.ts";
export { STATE_FOLDER } from "./source.ts";
export type { SourceOptions } from "./source.ts";
