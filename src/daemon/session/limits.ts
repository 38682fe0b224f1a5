/** What the daemon's session holds and how often it looks. Listed in docs/limits.md. */

/** Milliseconds between two looks at the torrents that move. */
export const LOOK_MS = 1_000;

/**
 * Milliseconds in which changes of state are collected before they are told: a hundred torrents paused at once are one
 * event.
 */
export const EVENT_DELAY_MS = 50;

/** Milliseconds between two records of the counters of torrents that move: what a crash may cost of them. */
export const COUNTERS_MS = 60_000;

/** Milliseconds between two looks at goals, the speed schedule and the free space. */
export const SLOW_LOOK_MS = 10_000;

/** Torrents that are added, moved or removed at the same time. */
export const MAX_CHANGES_AT_ONCE = 32;

/** Bytes of the file of records that are read at the most: some twenty times what 10,000 torrents need. */
export const MAX_RECORDS_BYTES = 512 * 1024 * 1024;

/** Bytes above which the file of records is written anew, should most of it be out of date. */
export const COMPACT_AFTER_BYTES = 1024 * 1024;

/** Bytes of the file of changed settings, and of the one of statistics, that are read at the most. */
export const MAX_STATE_BYTES = 4 * 1024 * 1024;

/** Lines of log that are kept for the page. */
export const MAX_LOG_LINES = 1_000;

/** Characters of a line of log that are kept. */
export const MAX_LOG_TEXT = 2_000;

/** Milliseconds of one entry of the recent history, and how many there are: an hour. */
export const RECENT_MS = 10_000;
export const RECENT_ENTRIES = 360;

/** Milliseconds of one entry of the long history, and how many there are: 30 days. */
export const HOUR_MS = 3_600_000;
export const HOUR_ENTRIES = 720;

/** Tasks of making a torrent that are remembered after they ended. */
export const MAX_TASKS = 50;

/**
 * Milliseconds between the news of a change in the watch folder and the look at it: a file is written in many changes.
 */
export const WATCH_EVENT_MS = 200;

/** Milliseconds for which what is no torrent must not have changed before it is put aside. */
export const WATCH_SETTLE_MS = 2_000;

/**
 * Milliseconds without a change after which a magnet file that cannot be read is put aside, and a torrent file that
 * ends too soon is told of.
 */
export const WATCH_INVALID_MS = 60_000;

/** Bytes of a magnet file. */
export const MAX_WATCHED_MAGNET_BYTES = 128 * 1024;

/** Files of watch folders that are remembered because they could not be renamed. */
export const MAX_TAKEN_FILES = 10_000;

/** Milliseconds between two scans of the watch folder: for disks that tell of no changes. */
export const WATCH_SCAN_MS = 10_000;

/** Milliseconds that the script on completion may run before it is killed. */
export const SCRIPT_TIMEOUT_MS = 3_600_000;

/** Scripts on completion that run at the same time; the others wait. */
export const MAX_SCRIPTS = 4;
