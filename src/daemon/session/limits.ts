/** Bounds and intervals of the daemon's session. Listed in docs/limits.md. */

/** Milliseconds between two updates of the torrents that transfer. */
export const UPDATE_MS = 1_000;

/**
 * Milliseconds for which changes of rows are collected into one event: a hundred torrents paused at once are one event.
 */
export const EVENT_DELAY_MS = 50;

/** Milliseconds between two writes of transfer counters: a crash may lose as much of them. */
export const COUNTERS_MS = 60_000;

/** Milliseconds between two checks of seeding goals, the rate schedule and the free space. */
export const SLOW_UPDATE_MS = 10_000;

/** Torrents that are added, moved or removed at the same time. */
export const MAX_CHANGES_AT_ONCE = 32;

/** Peers named by the user that a torrent's record keeps. */
export const MAX_RECORDED_PEERS = 100;

/** Bytes of the file of records that are read at most: about twenty times what 10,000 torrents need. */
export const MAX_RECORDS_BYTES = 512 * 1024 * 1024;

/** Bytes above which the file of records is rewritten when most of it is out of date. */
export const COMPACT_AFTER_BYTES = 1024 * 1024;

/** Bytes of the file of changed settings, and of the one of statistics, that are read at the most. */
export const MAX_STATE_BYTES = 4 * 1024 * 1024;

/** Lines of log that are kept for the page. */
export const MAX_LOG_LINES = 1_000;

/** Characters of a line of log that are kept. */
export const MAX_LOG_TEXT = 2_000;

/** Milliseconds of one entry of the recent history: an hour in all. */
export const RECENT_MS = 10_000;
/** Entries of the recent history. */
export const RECENT_ENTRIES = 360;

/** Milliseconds of one entry of the long history: 30 days in all. */
export const HOUR_MS = 3_600_000;
/** Entries of the long history. */
export const HOUR_ENTRIES = 720;

/** Tasks of making a torrent that are remembered after they ended. */
export const MAX_TASKS = 50;

/** Milliseconds between a change in the watch folder and the scan: a file is written in many changes. */
export const WATCH_EVENT_MS = 200;

/** Milliseconds for which a file that is not a torrent must not change before it is renamed `.invalid`. */
export const WATCH_SETTLE_MS = 2_000;

/**
 * Milliseconds without a change after which an unreadable magnet file is renamed `.invalid`, and an incomplete torrent
 * file is reported.
 */
export const WATCH_INVALID_MS = 60_000;

/** Bytes of a magnet file. */
export const MAX_WATCHED_MAGNET_BYTES = 128 * 1024;

/** Files of watch folders that are remembered because they could not be renamed. */
export const MAX_TAKEN_FILES = 10_000;

/** Milliseconds between two scans of the watch folder, for disks that report no changes. */
export const WATCH_SCAN_MS = 10_000;

/** Milliseconds that the script on completion may run before it is killed. */
export const SCRIPT_TIMEOUT_MS = 3_600_000;

/** Scripts on completion that run at the same time; further ones wait. */
export const MAX_SCRIPTS = 4;
