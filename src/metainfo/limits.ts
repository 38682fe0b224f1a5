import { MAX_DOCUMENT_LENGTH } from "../bencode/index.ts";

/** Bytes of a torrent file, or of an info dictionary that peers send (BEP 9). */
export const MAX_TORRENT_LENGTH = MAX_DOCUMENT_LENGTH;

/** The largest number of pieces of a torrent. A torrent file with so many has room for v2 hashes as well. */
export const MAX_PIECES = 2_000_000;

/** Bytes. Larger pieces would have to be held in memory whole before anything of them can be checked. */
export const MAX_PIECE_LENGTH = 512 * 1024 * 1024;

/** Bytes: the shortest piece in v2, one block (BEP 52). */
export const MIN_PIECE_LENGTH_V2 = 16_384;

/** The longest path component in bytes of UTF-8: the limit of common file systems. */
export const MAX_NAME_BYTES = 255;

/** Bytes of an extension worth keeping when a name is cut. */
export const MAX_KEPT_EXTENSION_BYTES = 32;

/**
 * Components of one path. Linux takes 4,096 bytes, Windows 260 or 32,767 characters; v2 file trees end at the decoder's
 * depth, which is as much.
 */
export const MAX_PATH_COMPONENTS = 100;

/**
 * Folders of one torrent. Files with a folder each are at their end with the decoder's tokens before that, so only
 * paths made to cost memory get here.
 */
export const MAX_FOLDERS = 500_000;

/** Tracker addresses, web seeds and nodes that are kept, each: more are of no use, and each costs a connection. */
export const MAX_URLS = 1_000;

/** Characters of one address. */
export const MAX_URL_LENGTH = 4_096;

/** Characters of a magnet link. */
export const MAX_MAGNET_LENGTH = 64 * 1024;

/** Parameters of a magnet link. */
export const MAX_MAGNET_PARAMETERS = 2_000;
