import { equalBytes, readUint16, readUint32, utf8, writeUint16, writeUint32 } from "../../base/index.ts";

/**
 * The journal of a download: what reached the disk since the last snapshot, appended as it happens.
 *
 *     "MRJ2"  generation (8 bytes, the same as the snapshot's)  checksum (4)
 *     then records:  piece (4)  n (2)  blocks (n)  checksum (4)
 *
 * `n` 0 says that the whole piece is there and hashes; otherwise `blocks` is a bitfield of the blocks that are on disk
 * of a piece not yet whole. The first checksum covers the torrent's info-hash as well, each further one the checksum
 * before it, so that a record of another torrent or from another place is no record. A record that was cut or damaged
 * ends the journal: what follows it is not believed.
 */
export type JournalRecord = { readonly piece: number; readonly blocks: Uint8Array | undefined };

/** Bytes of the number that ties a journal to its snapshot. */
export const GENERATION_LENGTH = 8;
const MAGIC = 0x4d524a32;
const CHECKED_HEADER_LENGTH = 4 + GENERATION_LENGTH;
const HEADER_LENGTH = CHECKED_HEADER_LENGTH + 4;
const FIXED_LENGTH = 10;
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** Where the chain of checksums of one journal stands. */
export interface JournalChain {
  sum: number;
}

/**
 * FNV-1a, 32 bits, going on from `sum`: it tells a torn write from a whole one and is no defence against a program that
 * edits the file.
 */
function checksum(sum: number, bytes: Uint8Array, from = 0, until = bytes.length): number {
  let out = sum;
  for (let at = from; at < until; at++) out = Math.imul(out ^ (bytes[at] ?? 0), FNV_PRIME);
  return out >>> 0;
}

/** The beginning of a journal of the torrent `id`, and the chain for {@link encodeJournalRecords}. */
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

/** Moves the chain on: what was encoded must be written, and nothing else. */
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

/** What {@link readJournal} finds. */
export interface ReadJournal {
  /** Up to the first damaged one. */
  readonly records: readonly JournalRecord[];
  /** Something in it cannot be believed: it was cut, damaged, or is not the journal of this snapshot. */
  readonly isDamaged: boolean;
}

/** The generation that a journal, of any version, says it has; `undefined` when it is too short to say. */
export function journalGeneration(bytes: Uint8Array): Uint8Array | undefined {
  return bytes.length < CHECKED_HEADER_LENGTH ? undefined : bytes.slice(4, CHECKED_HEADER_LENGTH);
}

/**
 * The records of the journal of `generation` of the torrent `id`. One of the generation `stale` was left behind when
 * the snapshot was made, and says nothing.
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
