/** Bounds for reading the profiles of other clients, which are untrusted. Listed in docs/limits.md. */

/** The maximum number of entries of a profile's folder. A folder with more is refused. */
export const MAX_PROFILE_ENTRIES = 200_000;

/**
 * The maximum size of a file with the progress of one torrent, in bytes (32 MiB): more than a torrent of ten million
 * pieces needs.
 */
export const MAX_PROGRESS_FILE_BYTES = 32 * 1024 * 1024;

/** The maximum number of bencoded values in a file with the progress of one torrent. */
export const MAX_PROGRESS_TOKENS = 1_000_000;

/** The maximum number of labels that are taken over for a torrent; further ones are left out. */
export const MAX_IMPORTED_LABELS = 50;

/** The maximum number of characters of a label; longer ones are left out. */
export const MAX_IMPORTED_LABEL_LENGTH = 100;

/** The maximum number of characters of a path in a profile; a torrent with a longer one is not imported. */
export const MAX_IMPORTED_PATH_LENGTH = 4_096;

/** The maximum number of announce URLs that are taken over for a torrent; further ones are left out. */
export const MAX_IMPORTED_TRACKERS = 500;

/** The maximum size of Deluge's file with the progress of all torrents, in bytes (256 MiB). */
export const MAX_DELUGE_PROGRESS_BYTES = 256 * 1024 * 1024;

/** The maximum size of Deluge's file with the labels of all torrents, in bytes (16 MiB). */
export const MAX_DELUGE_LABELS_BYTES = 16 * 1024 * 1024;
