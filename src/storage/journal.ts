import { readUint16, readUint32, writeUint16, writeUint32 } from "../base/index.ts";

/**
 * The journal of a download: what reached the disk since the last snapshot, appended as it happens.
 *
 *     "MRJ1"  generation (8 bytes, the same as the snapshot's)
 *     then records:  piece (4)  n (2)  blocks (n)  checksum (4)
 *
 * `n` 0 says that the whole piece is there and hashes; otherwise `blocks` is a bitfield of the blocks that are on disk of a
 * piece not yet whole. A record that was cut or damaged ends the journal: what follows it is not believed.
 */
export type JournalRecord = { readonly piece: number; readonly blocks: Uint8Array | undefined };

export const GENERATION_LENGTH = 8;
const MAGIC = 0x4d524a31;
const HEADER_LENGTH = 4 + GENERATION_LENGTH;
const FIXED_LENGTH = 10;

/** FNV-1a, 32 bits: tells a torn write from a whole one; it is no defence against somebody who edits the file. */
function checksum(bytes: Uint8Array, from: number, until: number): number {
  let sum = 0x811c9dc5;
  for (let at = from; at < until; at++) sum = Math.imul(sum ^ (bytes[at] ?? 0), 0x01000193);
  return sum >>> 0;
}

export function encodeJournalHeader(generation: Uint8Array): Uint8Array {
  const out = new Uint8Array(HEADER_LENGTH);
  writeUint32(out, 0, MAGIC);
  out.set(generation, 4);
  return out;
}

export function encodeJournalRecords(records: readonly JournalRecord[]): Uint8Array {
  const length = records.reduce((sum, record) => sum + FIXED_LENGTH + (record.blocks?.length ?? 0), 0);
  const out = new Uint8Array(length);
  let at = 0;
  for (const { piece, blocks } of records) {
    const size = blocks?.length ?? 0;
    writeUint32(out, at, piece);
    writeUint16(out, at + 4, size);
    if (blocks !== undefined) out.set(blocks, at + 6);
    writeUint32(out, at + 6 + size, checksum(out, at, at + 6 + size));
    at += FIXED_LENGTH + size;
  }
  return out;
}

/** The records of a journal that belongs to `generation`, up to the first damaged one; none when it belongs to another. */
export function decodeJournal(bytes: Uint8Array, generation: Uint8Array): JournalRecord[] {
  const out: JournalRecord[] = [];
  if (bytes.length < HEADER_LENGTH || readUint32(bytes, 0) !== MAGIC) return out;
  for (let i = 0; i < GENERATION_LENGTH; i++) if (bytes[4 + i] !== generation[i]) return out;
  for (let at = HEADER_LENGTH; at + FIXED_LENGTH <= bytes.length; ) {
    const size = readUint16(bytes, at + 4);
    const end = at + 6 + size;
    if (end + 4 > bytes.length || readUint32(bytes, end) !== checksum(bytes, at, end)) break;
    out.push({ piece: readUint32(bytes, at), blocks: size === 0 ? undefined : bytes.slice(at + 6, end) });
    at = end + 4;
  }
  return out;
}
