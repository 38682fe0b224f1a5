import { equalBytes, readUint16, readUint32, utf8, writeUint16, writeUint32 } from "../../base/index.ts";

/**
 * A record of the journal of a download: data that became durable since the last snapshot.
 *
 *     "MRJ2"  generation (8 bytes, the same as the snapshot's)  checksum (4)
 *     then records:  piece (4)  n (2)  blocks (n)  checksum (4)
 *
 * With `n` 0 the whole piece is on disk and valid; otherwise `blocks` is a bitfield of the blocks of an incomplete
 * piece that are on disk. The first checksum covers the torrent's info-hash as well, each further one the checksum
 * before it, so that a record of another torrent or position is invalid. A truncated or damaged record ends the
 * journal: records behind it are ignored.
 */
export type JournalRecord = { readonly piece: number; readonly blocks: Uint8Array | undefined };

/** The length in bytes of a generation: a random number that a snapshot and its journal have in common. */
export const GENERATION_LENGTH = 8;
const MAGIC = 0x4d524a32;
const CHECKED_HEADER_LENGTH = 4 + GENERATION_LENGTH;
const HEADER_LENGTH = CHECKED_HEADER_LENGTH + 4;
const FIXED_LENGTH = 10;
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** The last checksum of a journal. The checksum of the next record is computed from it. */
export interface JournalChain {
  sum: number;
}

/**
 * Returns the 32-bit FNV-1a hash of `bytes[from, until)`, continued from `sum`. It detects incomplete writes, but no
 * deliberate changes.
 */
function checksum(sum: number, bytes: Uint8Array, from = 0, until = bytes.length): number {
  let out = sum;
  for (let at = from; at < until; at++) out = Math.imul(out ^ (bytes[at] ?? 0), FNV_PRIME);
  return out >>> 0;
}

/** Encodes the header of a journal for the torrent `id`. Also returns the chain for {@link encodeJournalRecords}. */
export function encodeJournalHeader(
  generation: Uint8Array,
  id: string,
): { readonly bytes: Uint8Array; readonly chain: JournalChain } {
  const bytes = new Uint8Array(HEADER_LENGTH);
  writeUint32(bytes, 0, MAGIC);
  bytes.set(generation, 4);
  const sum = headerSum(bytes, id);
  writeUint32(bytes, CHECKED_HEADER_LENGTH, sum);
  return { bytes, chain: { sum } };
}

function headerSum(bytes: Uint8Array, id: string): number {
  return checksum(checksum(FNV_OFFSET, utf8(id)), bytes, 0, CHECKED_HEADER_LENGTH);
}

/**
 * Encodes records and advances `chain`, so the caller must write the returned bytes to the journal before it encodes
 * further records.
 */
export function encodeJournalRecords(records: readonly JournalRecord[], chain: JournalChain): Uint8Array {
  const length = records.reduce((sum, record) => sum + FIXED_LENGTH + (record.blocks?.length ?? 0), 0);
  const out = new Uint8Array(length);
  let at = 0;
  for (const { piece, blocks } of records) {
    const size = blocks?.length ?? 0;
    writeUint32(out, at, piece);
    writeUint16(out, at + 4, size);
    if (blocks !== undefined) out.set(blocks, at + 6);
    chain.sum = checksum(chain.sum, out, at, at + 6 + size);
    writeUint32(out, at + 6 + size, chain.sum);
    at += FIXED_LENGTH + size;
  }
  return out;
}

/** The result of {@link decodeJournal}. */
export interface ReadJournal {
  /** The records before the first damaged one. */
  readonly records: readonly JournalRecord[];
  /** Whether the journal is truncated, is damaged, or belongs to another snapshot. */
  readonly isDamaged: boolean;
}

/** Returns the generation in the header of a journal of any version; `undefined` when the file is too short. */
export function journalGeneration(bytes: Uint8Array): Uint8Array | undefined {
  return bytes.length < CHECKED_HEADER_LENGTH ? undefined : bytes.slice(4, CHECKED_HEADER_LENGTH);
}

/**
 * Decodes the journal of the torrent `id` with this `generation`. A journal with the generation `stale` belongs to an
 * earlier snapshot: it is ignored and not reported as damaged.
 */
export function decodeJournal(bytes: Uint8Array, id: string, generation: Uint8Array, stale?: Uint8Array): ReadJournal {
  if (bytes.length === 0) return { records: [], isDamaged: false };
  const own = journalGeneration(bytes);
  if (own !== undefined && stale !== undefined && equalBytes(own, stale)) return { records: [], isDamaged: false };
  if (
    own === undefined ||
    bytes.length < HEADER_LENGTH ||
    readUint32(bytes, 0) !== MAGIC ||
    !equalBytes(own, generation)
  )
    return { records: [], isDamaged: true };
  let sum = headerSum(bytes, id);
  if (readUint32(bytes, CHECKED_HEADER_LENGTH) !== sum) return { records: [], isDamaged: true };
  const records: JournalRecord[] = [];
  let at = HEADER_LENGTH;
  while (at + FIXED_LENGTH <= bytes.length) {
    const size = readUint16(bytes, at + 4);
    const end = at + 6 + size;
    if (end + 4 > bytes.length) break;
    sum = checksum(sum, bytes, at, end);
    if (readUint32(bytes, end) !== sum) break;
    records.push({ piece: readUint32(bytes, at), blocks: size === 0 ? undefined : bytes.slice(at + 6, end) });
    at = end + 4;
  }
  return { records, isDamaged: at !== bytes.length };
}
