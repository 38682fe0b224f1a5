/** Bounds and intervals of the daemon's session. Listed in docs/limits.md. */

/** Milliseconds between two updates of the rows of torrents that transfer data. */
export const UPDATE_MS = 1_000;

/**
 * Milliseconds for which changes of rows are collected into one event: if a hundred torrents are paused together, one
 * event is emitted.
 */
export const EVENT_DELAY_MS = 50;

/**
 * Milliseconds between two writes of transfer counters to the disk. A crash loses the counts of at most this time.
 */
export const COUNTERS_MS = 60_000;

/** Milliseconds between two checks of the seeding goals, the rate schedule and the free space. */
export const SLOW_UPDATE_MS = 10_000;

/** Maximum number of torrents that are added, moved or removed at the same time. */
export const MAX_CHANGES_AT_ONCE = 32;

/** Maximum number of peers added by the user that are stored for each torrent. */
export const MAX_RECORDED_PEERS = 100;

/** Bytes, 512 MiB: maximum size of the file of records: about twenty times what 10,000 torrents need. */
export const MAX_RECORDS_BYTES = 512 * 1024 * 1024;

/** Bytes, 1 MiB: minimum size at which the file of records is rewritten when most of its lines are outdated. */
export const COMPACT_AFTER_BYTES = 1024 * 1024;

/** Bytes, 4 MiB: maximum size of the file of changed settings, and of the file of statistics. */
export const MAX_STATE_BYTES = 4 * 1024 * 1024;

/** Maximum number of log lines that are kept for the web page. */
export const MAX_LOG_LINES = 1_000;

/** Maximum number of characters that are kept of a log line. */
export const MAX_LOG_TEXT = 2_000;

/** Milliseconds that one entry of the recent history of rates covers; all entries cover an hour. */
export const RECENT_MS = 10_000;
/** Maximum number of entries of the recent history of rates. */
export const RECENT_ENTRIES = 360;

/** Milliseconds that one entry of the long history of rates covers; all entries cover 30 days. */
export const HOUR_MS = 3_600_000;
/** Maximum number of entries of the long history of rates. */
export const HOUR_ENTRIES = 720;

/** Maximum number of ended tasks (of making torrent files) that are kept for display. */
export const MAX_TASKS = 50;

/** Milliseconds between a change in the watch folder and the scan: a file is usually written in several changes. */
export const WATCH_EVENT_MS = 200;

/** Milliseconds for which a file that is not a torrent file must not change before it is renamed to `.invalid`. */
export const WATCH_SETTLE_MS = 2_000;

/**
 * Milliseconds without a change after which an unreadable magnet file is renamed to `.invalid`, and an incomplete
 * torrent file is logged.
 */
export const WATCH_INVALID_MS = 60_000;

/** Bytes, 128 KiB: maximum size of a file with a magnet link in the watch folder. */
export const MAX_WATCHED_MAGNET_BYTES = 128 * 1024;

/** Maximum number of files in watch folders that are remembered because they could not be renamed. */
export const MAX_TAKEN_FILES = 10_000;

/** Milliseconds between two scans of the watch folder, for file systems that report no changes. */
export const WATCH_SCAN_MS = 10_000;

/** Maximum milliseconds that the script for completed downloads may run before it is killed. */
export const SCRIPT_TIMEOUT_MS = 3_600_000;

/** Maximum number of scripts for completed downloads that run at the same time; further ones wait. */
export const MAX_SCRIPTS = 4;
