/**
 * Parsing and editing of torrent files and magnet links (BEP 3, 9, 12, 17, 19, 27, 47, 52, 53). `millrace/creation`
 * makes torrent files.
 */
export type { SyncHasher } from "../base/index.ts";
export { editTorrent } from "./edit.ts";
export type { TorrentEdits } from "./edit.ts";
export { unusable } from "./fail.ts";
export { outerKeys } from "./fields.ts";
export type { OuterFields } from "./fields.ts";
export { isPaddingName } from "./info/padding.ts";
export * from "./limits.ts";
export * from "./magnet.ts";
export { Metainfo } from "./metainfo.ts";
export type { MetainfoVersion } from "./metainfo.ts";
export type { TorrentNode } from "./outer.ts";
export * from "./parse.ts";
export { foldName, safeName, STATE_FOLDER } from "./paths/names.ts";
export { digestLength, pieceDigest, PieceLayers } from "./pieces/hashes.ts";
export type { HashesV1, HashesV2, HashScheme } from "./pieces/hashes.ts";
export * from "./pieces/layout.ts";
export {
  isInTree,
  isProved,
  proofLayersOf,
  treeHeight,
  TreeLayers,
  uncleCount,
  type TreeRange,
} from "./pieces/merkle-proof.ts";
export {
  merkleLeaves,
  merkleRoot,
  MERKLE_HASH_LENGTH,
  padHash,
  pieceLayerHeight,
  pieceRoot,
  pieceTreeWidth,
  treeWidth,
} from "./pieces/merkle.ts";
