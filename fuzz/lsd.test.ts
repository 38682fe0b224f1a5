import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeSearch, encodeSearch, LSD_GROUPS, MAX_SENT_INFO_HASHES, MAX_SENT_LENGTH } from "../src/lsd/index.ts";
import { mutations } from "./mutate.ts";

/** FUZZ_RUNS=1000000 runs longer. */
const RUNS = { numRuns: Number(process.env["FUZZ_RUNS"] ?? 2_000) };
const hex = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString("hex"));
const search = fc.record({
  port: fc.integer({ min: 1, max: 65_535 }),
  infoHashes: fc.uniqueArray(hex, { minLength: 1, maxLength: MAX_SENT_INFO_HASHES }),
  cookie: fc.option(fc.stringMatching(/^[!-~]{1,64}$/), { nil: undefined }),
});
const encoded = fc.tuple(fc.constantFrom(...LSD_GROUPS), search).map((each) => encodeSearch(...each));
const torn = mutations(fc.sample(encoded, { numRuns: 60, seed: 1 }));

describe("BT-SEARCH", () => {
  it("is read as it was written", () => {
    fc.assert(
      fc.property(fc.constantFrom(...LSD_GROUPS), search, (group, written) => {
        const bytes = encodeSearch(group, written);
        expect(bytes.length).toBeLessThanOrEqual(MAX_SENT_LENGTH);
        expect(decodeSearch(bytes)).toEqual(written);
      }),
      RUNS,
    );
  });

  it("gives a valid message or nothing for any bytes", () => {
    fc.assert(
      fc.property(fc.oneof(torn, fc.uint8Array({ maxLength: 300 })), (bytes) => {
        const read = decodeSearch(bytes);
        if (read === undefined) return;
        expect(read.port).toBeGreaterThan(0);
        expect(read.port).toBeLessThan(65_536);
        expect(read.infoHashes.length).toBeGreaterThan(0);
        expect(read.infoHashes.every((each) => /^[0-9a-f]{40}$/.test(each))).toBe(true);
      }),
      RUNS,
    );
  });
});
