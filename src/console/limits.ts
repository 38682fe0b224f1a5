/** What the console holds at the most, whatever peers send. Listed in docs/limits.md. */

/** Bytes, 1 MiB: the largest length prefix behind which a message is waited for. What is longer is noted as a fault, and the rest of the stream is not read as messages. */
export const MAX_NOTED_FRAME = 1_048_576;

/** Messages kept for each conversation; the oldest make room. */
export const MAX_ENTRIES = 50_000;

/** Bytes, 64 MiB: payloads of blocks kept in all messages together; the oldest are let go, their messages stay. */
export const MAX_KEPT_BLOCK_BYTES = 67_108_864;

/** Findings kept for each conversation. A peer that breaks rules more often than that is known well enough. */
export const MAX_FINDINGS = 2_000;

/** Requests of one side that are noted as unanswered; those beyond are counted only. */
export const MAX_NOTED_REQUESTS = 10_000;

/** Bytes of something that is no message which are kept to be looked at. */
export const MAX_KEPT_GARBAGE = 256;
