/** Bounds and intervals of the daemon's session. Listed in docs/limits.md. */

/** The time, in milliseconds, between two updates of the rows of torrents that transfer data. */
export const UPDATE_MS = 1_000;

/**
 * The time, in milliseconds, for which changes of rows are collected into one event, so that pausing a hundred torrents
 * together emits one event.
 */
export const EVENT_DELAY_MS = 50;

/**
 * The time, in milliseconds, between two writes of transfer counters to the disk. A crash loses the counts of at most
 * this time.
 */
export const COUNTERS_MS = 60_000;

/** The time, in milliseconds, between two checks of the seeding goals, the rate schedule and the free space. */
export const SLOW_UPDATE_MS = 10_000;

/** The maximum number of torrents that are added, moved or removed at the same time. */
export const MAX_CHANGES_AT_ONCE = 32;

/** The maximum number of peers added by the user that are stored for each torrent. */
export const MAX_RECORDED_PEERS = 100;

/**
 * The maximum size of the file of records, in bytes (512 MiB): about twenty times the size that 10,000 torrents need.
 */
export const MAX_RECORDS_BYTES = 512 * 1024 * 1024;

/**
 * The minimum size, in bytes (1 MiB), at which the file of records is rewritten when most of its lines are outdated.
 */
export const COMPACT_AFTER_BYTES = 1024 * 1024;

/** The maximum size of the file of changed settings, and of the file of statistics, in bytes (4 MiB). */
export const MAX_STATE_BYTES = 4 * 1024 * 1024;

/** The maximum number of log lines that are kept for the web page. */
export const MAX_LOG_LINES = 1_000;

/** The maximum number of characters that are kept of a log line. */
export const MAX_LOG_TEXT = 2_000;

/**
 * The time, in milliseconds, that one entry of the recent history of rates covers. All entries together cover an hour.
 */
export const RECENT_MS = 10_000;
/** The maximum number of entries of the recent history of rates. */
export const RECENT_ENTRIES = 360;

/**
 * The time, in milliseconds, that one entry of the long history of rates covers. All entries together cover 30 days.
 */
export const HOUR_MS = 3_600_000;
/** The maximum number of entries of the long history of rates. */
export const HOUR_ENTRIES = 720;

/** The maximum number of ended tasks (of making torrent files) that are kept for display. */
export const MAX_TASKS = 50;

/**
 * The time, in milliseconds, between a change in the watch folder and the scan: a file is usually written in several
 * changes.
 */
export const WATCH_EVENT_MS = 200;

/**
 * The time, in milliseconds, for which a file that is not a torrent file must be unchanged before it is renamed to
 * `.invalid`.
 */
export const WATCH_SETTLE_MS = 2_000;

/**
 * The time, in milliseconds, without a change after which an unreadable magnet file is renamed to `.invalid`, and an
 * incomplete torrent file is logged.
 */
export const WATCH_INVALID_MS = 60_000;

/** The maximum size of a file with a magnet link in the watch folder, in bytes (128 KiB). */
export const MAX_WATCHED_MAGNET_BYTES = 128 * 1024;

/** The maximum number of files in watch folders that are remembered because they could not be renamed. */
export const MAX_TAKEN_FILES = 10_000;

/** The time, in milliseconds, between two scans of the watch folder, for file systems that report no changes. */
export const WATCH_SCAN_MS = 10_000;

/** The maximum time, in milliseconds, that the script for completed downloads may run before it is killed. */
export const SCRIPT_TIMEOUT_MS = 3_600_000;

/** The maximum number of scripts for completed downloads that run at the same time; further ones wait. */
export const MAX_SCRIPTS = 4;
