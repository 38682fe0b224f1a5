import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runHashJob } from "./hash-job.ts";
import { READ_LENGTH } from "../files/segment-reader.ts";

const LEAF = 16_384;
let folder = "";
/** Longer than two reads, and no multiple of anything. */
const data = Uint8Array.from({ length: 2 * READ_LENGTH + 12_345 }, (_, index) => (index * 31) >>> 3);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-hash-job-"));
  await writeFile(join(folder, "a"), data);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

function sha(algorithm: string, ...parts: Uint8Array[]): Uint8Array {
  const sum = createHash(algorithm);
  for (const part of parts) sum.update(part);
  return new Uint8Array(sum.digest());
}

/** The root by the book: leaf by leaf, layer by layer. */
function merkleRoot(bytes: Uint8Array, leaves: number): Uint8Array {
  let layer: Uint8Array[] = Array.from({ length: leaves }, (_, leaf) =>
    leaf * LEAF < bytes.length ? sha("sha256", bytes.subarray(leaf * LEAF, (leaf + 1) * LEAF)) : new Uint8Array(32),
  );
  while (layer.length > 1)
    layer = Array.from({ length: layer.length / 2 }, (_, pair) =>
      sha("sha256", ...layer.slice(pair * 2, pair * 2 + 2)),
    );
  return layer[0] ?? new Uint8Array(32);
}

describe("runHashJob", () => {
  it("hashes parts that are longer than a read", () => {
    const pieceLength = READ_LENGTH + 8192;
    const result = runHashJob({
      segments: [{ path: join(folder, "a"), offset: 0, length: data.length }],
      shape: "pieces",
      algorithm: "sha1",
      pieceLength,
    });
    expect(Buffer.from(result.digests)).toEqual(
      Buffer.concat([sha("sha1", data.subarray(0, pieceLength)), sha("sha1", data.subarray(pieceLength))]),
    );
    expect([...result.readable]).toEqual([1, 1]);
  });

  it("goes on with the right bytes behind a part that cannot be read, however long", () => {
    const pieceLength = 2 * READ_LENGTH;
    const segments = [
      { path: join(folder, "missing"), offset: 0, length: READ_LENGTH + 5 },
      { path: join(folder, "a"), offset: 7, length: READ_LENGTH - 5 + 1000 },
    ];
    const result = runHashJob({ segments, shape: "pieces", algorithm: "sha1", pieceLength });
    expect([...result.readable]).toEqual([0, 1]);
    const from = 7 + READ_LENGTH - 5;
    expect(result.digests.subarray(20)).toEqual(sha("sha1", data.subarray(from, from + 1000)));
    expect(result.digests.subarray(0, 20)).toEqual(new Uint8Array(20));
  });

  it.each([1, LEAF, LEAF + 1, 3 * LEAF, READ_LENGTH + 1, 2 * READ_LENGTH + 12_345])(
    "makes the merkle root of %d bytes",
    (length) => {
      const leaves = 64;
      const result = runHashJob({
        segments: [{ path: join(folder, "a"), offset: 0, length }],
        shape: "merkle",
        algorithm: "sha256",
        pieceLength: leaves * LEAF,
      });
      expect(result.digests).toEqual(merkleRoot(data.subarray(0, length), leaves));
    },
  );

  it("makes no merkle root of what it cannot read", () => {
    const segments = [{ path: join(folder, "a"), offset: data.length - 10, length: 3 * LEAF }];
    const result = runHashJob({ segments, shape: "merkle", algorithm: "sha256", pieceLength: 4 * LEAF });
    expect([...result.readable]).toEqual([0]);
    expect(result.digests).toEqual(new Uint8Array(32));
  });
});
