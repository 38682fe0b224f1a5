/** What recordings hold at the most. Listed in docs/limits.md. */

/**
 * Bytes, 64 MiB: messages from before a recording begins, kept to be part of it. Beyond that whole peers
 * are let go, those that have gone first.
 */
export const MAX_TAPE_BYTES = 67_108_864;

/** Bytes that each noted event and message counts besides its content: about what it takes in memory. */
export const TAPE_EVENT_COST = 400;

/**
 * Characters, 128 Mi: lines that wait for the disk, those from before the recording included. A recording whose disk is
 * slower than the session for so long ends there, rather than filling memory.
 */
export const MAX_WAITING_TEXT = 134_217_728;

/** Bytes, 512 MiB: a recording is read into memory whole. One that is being written ends there. */
export const MAX_RECORDING_BYTES = 536_870_912;

/** Bytes, 96 MiB: a line of a recording. The largest holds the largest torrent, in base64. */
export const MAX_RECORDING_LINE = 100_663_296;

/** Characters of a text in a recording: an address, why a connection ended. */
export const MAX_RECORDED_TEXT = 10_000;

/**
 * Events of a recording: of a session of many gigabytes. With each costing some 200 bytes of memory, a hostile file
 * cannot fill it. One that is being written ends there.
 */
export const MAX_RECORDED_EVENTS = 2_000_000;

/**
 * Peers of a recording, each of which costs some kilobytes when it is replayed. One that is being written ends there.
 */
export const MAX_RECORDED_PEERS = 10_000;
