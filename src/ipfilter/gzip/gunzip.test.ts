import { constants, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Gunzip } from "./gunzip.ts";
import { GzipError } from "./gzip-error.ts";

/** Decompresses bytes that arrive in slices of `slice` bytes. */
function gunzip(bytes: Uint8Array, slice = 1_000): Buffer {
  const parts: Uint8Array[] = [];
  const stream = new Gunzip((part) => parts.push(part.slice()));
  for (let at = 0; at < bytes.length; at += slice) stream.push(bytes.subarray(at, at + slice));
  stream.end();
  return Buffer.concat(parts);
}

/** Bytes of few values, with copies of earlier parts from near and far. */
const compressible = fc
  .array(
    fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1 })),
    { maxLength: 30 },
  )
  .map((parts) =>
    Buffer.concat(
      parts.map(([bytes, times, mask]) =>
        Buffer.concat(Array.from({ length: times }, () => bytes.map((b) => b & mask))),
      ),
    ),
  );

const { Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE, Z_DEFAULT_STRATEGY } = constants;

describe("Gunzip", () => {
  it("decompresses what zlib compressed, in slices of any length", () => {
    fc.assert(
      fc.property(
        compressible,
        fc.integer({ min: 0, max: 9 }),
        fc.constantFrom(Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE),
        fc.integer({ min: 1, max: 5_000 }),
        (bytes, level, strategy, slice) => {
          expect(gunzip(gzipSync(bytes, { level, strategy }), slice).equals(bytes)).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("decompresses long data into one buffer", () => {
    const text = Buffer.from(Array.from({ length: 60_000 }, (_, n) => `line ${n} of ${(n * 7919) % 1009}\n`).join(""));
    const buffers = new Set<ArrayBufferLike>();
    const parts: Uint8Array[] = [];
    const stream = new Gunzip((part) => {
      buffers.add(part.buffer);
      parts.push(part.slice());
    });
    const stored = gzipSync(text, { level: 0 });
    for (const bytes of [gzipSync(text), stored]) stream.push(bytes);
    stream.end();
    expect(Buffer.concat(parts).equals(Buffer.concat([text, text]))).toBe(true);
    expect(buffers.size).toBe(1);
  });

  it("reads a header with all of its fields", () => {
    const plain = gzipSync("5.5.5.5\n");
    const header = Buffer.from(plain.subarray(0, 10));
    header[3] = 2 | 4 | 8 | 16;
    const fields = Buffer.from("\u0003\u0000abcname\u0000comment\u0000xx");
    for (const slice of [1, 1_000])
      expect(gunzip(Buffer.concat([header, fields, plain.subarray(10)]), slice).toString()).toBe("5.5.5.5\n");
  });

  it("refuses data that is not complete", () => {
    const whole = gzipSync(Array.from({ length: 300 }, (_, n) => `${n * n}\n`).join(""));
    for (let length = 0; length < whole.length; length++)
      expect(() => gunzip(whole.subarray(0, length))).toThrow(GzipError);
  });

  it("refuses changed data", () => {
    const whole = gzipSync(Array.from({ length: 300 }, (_, n) => `${n * n}\n`).join(""));
    for (let at = 10; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      expect(() => gunzip(changed)).toThrow(GzipError);
    }
  });

  it("refuses any other data with GzipError only", () => {
    const header = gzipSync("").subarray(0, 10);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
        expect(() => gunzip(Buffer.concat([header, bytes]))).toThrow(GzipError);
      }),
      { numRuns: 2_000 },
    );
  });

  it("refuses a header without an end", () => {
    const header = Buffer.from(gzipSync("").subarray(0, 10));
    header[3] = 8;
    const stream = new Gunzip(() => undefined);
    stream.push(header);
    expect(() => stream.push(Buffer.alloc(200_000, 0x61))).toThrow(GzipError);
  });
});
