/** Limits of recordings. Listed in docs/limits.md. */

/**
 * The maximum size, in bytes (64 MiB), of the messages that are kept for a recording that the user may start later.
 * When it is exceeded, all messages of a peer are dropped, beginning with the peers whose connection closed first.
 */
export const MAX_TAPE_BYTES = 67_108_864;

/**
 * The number of bytes that are counted for each event and message in addition to its content: the approximate memory of
 * the object.
 */
export const TAPE_EVENT_COST = 400;

/**
 * The maximum number of characters (128 Mi) of the lines that wait to be written to the disk. When it is exceeded,
 * because the disk is too slow, the recording ends.
 */
export const MAX_WAITING_TEXT = 134_217_728;

/**
 * The maximum size of a recording, in bytes (512 MiB), because it is read into memory as a whole. A recording ends when
 * its file reaches this size.
 */
export const MAX_RECORDING_BYTES = 536_870_912;

/**
 * The maximum length of a line of a recording, in bytes (96 MiB). The longest possible line contains the metadata of
 * the largest torrent, in base64.
 */
export const MAX_RECORDING_LINE = 100_663_296;

/**
 * The maximum number of characters of a text in a recording, such as an address or the reason why a connection ended.
 */
export const MAX_RECORDED_TEXT = 10_000;

/**
 * The maximum number of events of a recording, enough for a session of many gigabytes. Each takes about 200 bytes of
 * memory. A recording ends when it reaches this number.
 */
export const MAX_RECORDED_EVENTS = 2_000_000;

/**
 * The maximum number of peers of a recording. Each takes some kilobytes of memory in a replay. A recording ends when it
 * reaches this number.
 */
export const MAX_RECORDED_PEERS = 10_000;
