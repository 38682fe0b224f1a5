import { MAX_DOCUMENT_LENGTH } from "../bencode/index.ts";

/** The maximum length in bytes of a torrent file, or of an info dictionary that peers send (BEP 9). */
export const MAX_TORRENT_LENGTH = MAX_DOCUMENT_LENGTH;

/**
 * The maximum number of pieces of a torrent. A torrent file with so many v1 hashes still has space for v2 hashes within
 * {@link MAX_TORRENT_LENGTH}.
 */
export const MAX_PIECES = 2_000_000;

/** The maximum length of a piece in bytes. A whole piece may have to be in memory before it can be checked. */
export const MAX_PIECE_LENGTH = 512 * 1024 * 1024;

/** The minimum length of a piece in v2, in bytes: one block (BEP 52). */
export const MIN_PIECE_LENGTH_V2 = 16_384;

/** The maximum length of a path component, in bytes of UTF-8: the limit of common file systems. */
export const MAX_NAME_BYTES = 255;

/** The maximum length, in bytes, of a file extension that is kept when a name is shortened. */
export const MAX_KEPT_EXTENSION_BYTES = 32;

/**
 * The maximum number of components of a path. Linux allows paths of 4,096 bytes, Windows of 260 or 32,767 characters.
 * The decoder's maximum depth limits v2 file trees to about the same number.
 */
export const MAX_PATH_COMPONENTS = 100;

/**
 * The maximum number of folders of a torrent. Only a torrent made to take memory reaches it: a torrent with one folder
 * for each file first exceeds the maximum number of bencoded values.
 */
export const MAX_FOLDERS = 500_000;

/**
 * The maximum number of tracker URLs that are kept, and likewise of web seeds and of nodes: each may cost a connection.
 */
export const MAX_URLS = 1_000;

/** The maximum length of a URL, in characters. */
export const MAX_URL_LENGTH = 4_096;

/** The maximum length of a magnet link, in characters. */
export const MAX_MAGNET_LENGTH = 64 * 1024;

/** The maximum number of parameters of a magnet link. */
export const MAX_MAGNET_PARAMETERS = 2_000;
