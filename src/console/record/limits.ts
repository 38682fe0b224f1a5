/** Limits of recordings. Listed in docs/limits.md. */

/**
 * Bytes, 64 MiB: maximum size of the messages kept for a recording that starts later. Above it, whole peers are
 * dropped, those that closed first before others.
 */
export const MAX_TAPE_BYTES = 67_108_864;

/** Bytes counted for each event and message besides its content: the approximate memory that it takes. */
export const TAPE_EVENT_COST = 400;

/**
 * Characters, 128 Mi: maximum size of the lines that wait for the disk. A recording ends when its disk is slower than
 * the session for so long that this is exceeded.
 */
export const MAX_WAITING_TEXT = 134_217_728;

/**
 * Bytes, 512 MiB: maximum size of a recording, which is read into memory whole. A recording ends when its file
 * reaches this size.
 */
export const MAX_RECORDING_BYTES = 536_870_912;

/** Bytes, 96 MiB: maximum size of a line of a recording. The largest line contains the largest torrent, in base64. */
export const MAX_RECORDING_LINE = 100_663_296;

/**
 * Maximum number of characters of a text in a recording, such as an address, or the reason why a connection ended.
 */
export const MAX_RECORDED_TEXT = 10_000;

/**
 * Maximum number of events of a recording: enough for a session of many gigabytes. Each takes about 200 bytes of
 * memory. A recording ends when it reaches this number.
 */
export const MAX_RECORDED_EVENTS = 2_000_000;

/**
 * Maximum number of peers of a recording. Each takes some kilobytes when it is replayed. A recording ends when it
 * reaches this number.
 */
export const MAX_RECORDED_PEERS = 10_000;
