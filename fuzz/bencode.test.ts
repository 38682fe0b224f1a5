import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { equalBytes, InputError } from "../src/base/index.ts";
import { decode, decodePrefix, decodeWithSpans, encode, rawSlice } from "../src/bencode/index.ts";
import { mutations } from "./mutate.ts";

/*
 * Real torrents and small documents with bytes flipped, inserted, deleted, doubled and cut off. The result is always a
 * value or an InputError with an offset. FUZZ_RUNS=100000 runs longer; fast-check prints the seed of a failure.
 */
const numRuns = Number(process.env["FUZZ_RUNS"] ?? 400);
const seeds = [
  readFileSync(new URL("../test/fixtures/trusted-computing.torrent", import.meta.url)).subarray(0, 2_000),
  encode({ a: [1, -1, 2n ** 70n, "text", new Uint8Array(40)], b: { c: { d: [[], {}] } }, "": "" }),
  encode([[[["x"]]], 0, "", { k: "v" }]),
];

/** Runs `work`. If it throws, the error must be an InputError of bencode with an offset. */
function outcome(work: () => string): string {
  try {
    return work();
  } catch (error) {
    return error instanceof InputError &&
      error.code.startsWith("bencode.") &&
      typeof error.fields["offset"] === "number"
      ? "refused"
      : String(error);
  }
}

describe("decode under mutation", () => {
  it("strict returns a value that encodes to the same bytes, or a typed error", () => {
    fc.assert(
      fc.property(mutations(seeds), (input) => {
        expect(["same", "refused"]).toContain(
          outcome(() => (equalBytes(encode(decode(input, { strict: true })), input) ? "same" : "different")),
        );
      }),
      { numRuns },
    );
  });

  it("lenient returns a value whose encoding is canonical, or a typed error", () => {
    fc.assert(
      fc.property(mutations(seeds), (input) => {
        const result = outcome(() => {
          const canonical = encode(decode(input));
          return equalBytes(encode(decode(canonical, { strict: true })), canonical) ? "canonical" : "not canonical";
        });
        expect(["canonical", "refused"]).toContain(result);
      }),
      { numRuns },
    );
  });

  it("decode, decodePrefix, decodeWithSpans and rawSlice return the same", () => {
    fc.assert(
      fc.property(mutations(seeds), (input) => {
        const result = outcome(() => {
          const { value, length } = decodePrefix(input);
          if (!equalBytes(encode(decode(input.subarray(0, length))), encode(value))) return "decodePrefix differs";
          const whole = rawSlice(input, []);
          if (whole?.length !== length) return "rawSlice differs in length";
          if (!(value instanceof Map)) return "agree";
          for (const [key, { start, end }] of decodeWithSpans(input).spans) {
            const slice = rawSlice(input, [key]);
            if (slice === undefined || !equalBytes(slice, input.subarray(start, end)))
              return `rawSlice differs at ${key}`;
          }
          return "agree";
        });
        expect(["agree", "refused"]).toContain(result);
      }),
      { numRuns },
    );
  });
});
