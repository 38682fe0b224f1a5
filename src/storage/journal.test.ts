import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concatBytes } from "../base/index.ts";
import { decodeJournal, encodeJournalHeader, encodeJournalRecords, GENERATION_LENGTH } from "./journal.ts";

const generation = Uint8Array.from({ length: GENERATION_LENGTH }, (_, index) => index + 1);
const records = fc.array(
  fc.record({ piece: fc.integer({ min: 0, max: 2_000_000 }), blocks: fc.option(fc.uint8Array({ minLength: 1, maxLength: 40 }), { nil: undefined }) }),
  { maxLength: 20 },
);

describe("journal", () => {
  it("decode(encode(x)) is x", () => {
    fc.assert(
      fc.property(records, (list) => {
        const bytes = concatBytes([encodeJournalHeader(generation), encodeJournalRecords(list)]);
        expect(decodeJournal(bytes, generation)).toEqual(list);
      }),
    );
  });

  it("believes whole records before a tear, and nothing behind it", () => {
    fc.assert(
      fc.property(records, fc.nat(), (list, cut) => {
        const bytes = concatBytes([encodeJournalHeader(generation), encodeJournalRecords(list)]);
        const torn = decodeJournal(bytes.subarray(0, cut % (bytes.length + 1)), generation);
        expect(torn).toEqual(list.slice(0, torn.length));
      }),
    );
  });

  it("stops at a damaged byte", () => {
    const header = encodeJournalHeader(generation);
    const one = encodeJournalRecords([{ piece: 1, blocks: undefined }]);
    const bytes = concatBytes([header, one, encodeJournalRecords([{ piece: 2, blocks: undefined }]), one]);
    const at = header.length + one.length + 2;
    bytes[at] = (bytes[at] ?? 0) ^ 0x10;
    expect(decodeJournal(bytes, generation)).toEqual([{ piece: 1, blocks: undefined }]);
  });

  it("is empty for another generation, and for what is no journal", () => {
    const bytes = concatBytes([encodeJournalHeader(generation), encodeJournalRecords([{ piece: 1, blocks: undefined }])]);
    expect(decodeJournal(bytes, new Uint8Array(GENERATION_LENGTH))).toEqual([]);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (garbage) => decodeJournal(garbage, generation).length === 0));
  });
});
