/** Bytes: the step of the piece length of v1 torrents that `createTorrent` makes. Torrents of any length are read. */
export const PIECE_LENGTH_STEP_V1 = 1_024;

/**
 * Bytes that one hashing job of `createTorrent` covers, at the least one piece: long enough to keep a core busy, short
 * enough for progress and abort.
 */
export const HASH_JOB_LENGTH = 32 * 1024 * 1024;

/** Folders within each other that `createTorrent` enters. */
export const MAX_FOLDER_DEPTH = 64;
