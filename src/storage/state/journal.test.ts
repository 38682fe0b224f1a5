import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concatBytes } from "../../base/index.ts";
import {
  decodeJournal,
  encodeJournalHeader,
  encodeJournalRecords,
  GENERATION_LENGTH,
  type JournalRecord,
} from "./journal.ts";

const ID = "aa".repeat(20);
const generation = Uint8Array.from({ length: GENERATION_LENGTH }, (_, index) => index + 1);
const other = new Uint8Array(GENERATION_LENGTH);
const one: JournalRecord = { piece: 1, blocks: undefined };
const two: JournalRecord = { piece: 2, blocks: undefined };
const records = fc.array(
  fc.record({
    piece: fc.integer({ min: 0, max: 2_000_000 }),
    blocks: fc.option(fc.uint8Array({ minLength: 1, maxLength: 40 }), { nil: undefined }),
  }),
  { maxLength: 20 },
);

function encode(list: readonly JournalRecord[], id = ID, own = generation): Uint8Array {
  const { bytes, chain } = encodeJournalHeader(own, id);
  return concatBytes([bytes, ...list.map((record) => encodeJournalRecords([record], chain))]);
}

const headerLength = encode([]).length;
const recordLength = encode([one]).length - headerLength;

describe("journal", () => {
  it("decode(encode(x)) is x, for any number of records in an append", () => {
    fc.assert(
      fc.property(records, (list) => {
        expect(decodeJournal(encode(list), ID, generation)).toEqual({ records: list, isDamaged: false });
        const { bytes, chain } = encodeJournalHeader(generation, ID);
        expect(concatBytes([bytes, encodeJournalRecords(list, chain)])).toEqual(encode(list));
      }),
    );
  });

  it("returns whole records before a truncation, and none behind it", () => {
    fc.assert(
      fc.property(records, fc.nat(), (list, cut) => {
        const bytes = encode(list);
        const torn = decodeJournal(bytes.subarray(0, cut % (bytes.length + 1)), ID, generation);
        expect(torn.records).toEqual(list.slice(0, torn.records.length));
      }),
    );
  });

  it("stops at a damaged byte at any place, and reports damage", () => {
    const whole = encode([one, two, one]);
    for (let at = 0; at < whole.length; at++) {
      const bytes = Uint8Array.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ 0x10;
      const wholeBefore = Math.max(0, Math.floor((at - headerLength) / recordLength));
      expect(decodeJournal(bytes, ID, generation)).toEqual({
        records: [one, two, one].slice(0, wholeBefore),
        isDamaged: true,
      });
    }
  });

  it("rejects records of another torrent, generation or position", () => {
    expect(decodeJournal(encode([one], "bb".repeat(20)), ID, generation)).toEqual({ records: [], isDamaged: true });
    expect(decodeJournal(encode([one]), ID, other)).toEqual({ records: [], isDamaged: true });
    const moved = concatBytes([encode([one]), encode([two, one]).subarray(headerLength + recordLength)]);
    expect(decodeJournal(moved, ID, generation)).toEqual({ records: [one], isDamaged: true });
    const foreign = concatBytes([encode([]), encode([one], "bb".repeat(20)).subarray(headerLength)]);
    expect(decodeJournal(foreign, ID, generation)).toEqual({ records: [], isDamaged: true });
  });

  it("returns no record and no damage for a journal older than the snapshot", () => {
    expect(decodeJournal(encode([one], ID, other), ID, generation, other)).toEqual({ records: [], isDamaged: false });
    expect(decodeJournal(new Uint8Array(), ID, generation)).toEqual({ records: [], isDamaged: false });
  });

  it("returns no record for bytes that are no journal", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (garbage) => {
        expect(decodeJournal(garbage, ID, generation)).toEqual({ records: [], isDamaged: true });
      }),
    );
  });
});
