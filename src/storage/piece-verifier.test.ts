import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { cryptoHasher, MemorySource, merkle } from "../../test/support/memory-source.ts";
import { noise } from "../../test/support/stage.ts";
import { tempFolder } from "../../test/support/temp-folder.ts";
import { StorageError } from "../base/index.ts";
import { createTorrent } from "../creation/index.ts";
import { metainfoFromInfo, type HashScheme, type Metainfo, type MetainfoVersion } from "../metainfo/index.ts";
import type { HashSegment } from "../runtime/index.ts";
import { nodeRuntime } from "../runtime/node/index.ts";
import { checkPieces } from "./check.ts";
import { FilePool } from "./files/file-pool.ts";
import { FileStorage } from "./files/file-storage.ts";
import { MemoryStorage } from "./memory-storage.ts";
import { PieceStore } from "./piece-store.ts";
import { pieceVerifier, type PieceVerifier } from "./piece-verifier.ts";
import type { Storage } from "./storage.ts";

const BLOCK = 16_384;
const PIECE = 8 * BLOCK;
/**
 * In the order of their names: several pieces and a short last one; 3 blocks, less than a piece; exactly one piece;
 * empty; one byte; exactly some pieces.
 */
const SIZES = { a: 2 * PIECE + BLOCK + 5, b: 2 * BLOCK + 7_000, c: PIECE, d: 0, e: 1, f: 2 * PIECE };
const VERSIONS = ["v1", "v2", "hybrid"] as const;

interface Made {
  readonly metainfo: Metainfo;
  readonly source: MemorySource;
  readonly verifier: PieceVerifier;
  /** The bytes of a piece, padding included: a copy. */
  readonly bytes: (piece: number) => Uint8Array;
  readonly segments: (first: number, count: number) => HashSegment[];
}

async function make(version: MetainfoVersion, sizes: Readonly<Record<string, number>> = SIZES): Promise<Made> {
  const source = new MemorySource(
    Object.fromEntries(Object.entries(sizes).map(([name, size], at) => [`/src/t/${name}`, noise(size, at + 3)])),
  );
  const { metainfo } = await createTorrent(source, { path: "/src/t", pieceLength: PIECE, version });
  const { layout, files } = metainfo;
  const segments = (first: number, count: number): HashSegment[] => {
    const offset = layout.pieceOffset(first);
    const length = layout.pieceOffset(first + count - 1) + layout.pieceSize(first + count - 1) - offset;
    return layout.spans(offset, length).map(({ fileIndex, fileOffset, length: bytes }) => {
      const file = files[fileIndex];
      return {
        path: file?.isPadding === true ? undefined : `/src/t/${file?.path.join("/")}`,
        offset: fileOffset,
        length: bytes,
      };
    });
  };
  const bytes = (piece: number): Uint8Array =>
    new Uint8Array(
      Buffer.concat(
        segments(piece, 1).map(({ path, offset, length }) =>
          path === undefined
            ? new Uint8Array(length)
            : (source.entries.get(path)?.bytes.subarray(offset, offset + length) ?? new Uint8Array()),
        ),
      ),
    );
  return {
    metainfo,
    source,
    segments,
    bytes,
    verifier: pieceVerifier(metainfo, {
      ...source.hasher,
      digest: async (...args) => source.hasher.digestSync(...args),
    }),
  };
}

/** The runs of a check of all pieces, at most `most` pieces each. */
function runs(verifier: PieceVerifier, most: number): [first: number, count: number][] {
  const out: [number, number][] = [];
  for (let first = 0; first < verifier.layout.pieceCount;) {
    const count = verifier.run(first, most);
    out.push([first, count]);
    first += count;
  }
  return out;
}

/** Pieces that `verifyFiles` finds valid on disk, run by run. */
async function rightInFiles({ verifier, segments }: Made, most = 100): Promise<number[]> {
  const out: number[] = [];
  for (const [first, count] of runs(verifier, most)) {
    const { right, failure } = await verifier.verifyFiles(first, count, segments(first, count));
    expect([right.length, failure]).toEqual([count, undefined]);
    right.forEach((isRight, at) => {
      if (isRight === 1) out.push(first + at);
    });
  }
  return out;
}

/** Pieces that are valid in memory; `verify` and `verifySync` must agree. */
async function rightInMemory({ verifier, bytes, metainfo }: Made): Promise<number[]> {
  const out: number[] = [];
  for (let piece = 0; piece < metainfo.pieceCount; piece++) {
    const isRight = verifier.verifySync(piece, bytes(piece));
    expect(await verifier.verify(piece, bytes(piece))).toBe(isRight);
    if (isRight) out.push(piece);
  }
  return out;
}

const upTo = (count: number, but = -1): number[] =>
  Array.from({ length: count }, (_, at) => at).filter((at) => at !== but);

describe.each(VERSIONS)("pieceVerifier of %s", (version) => {
  it("accepts all valid pieces, in memory and in files, short last pieces included", async () => {
    const made = await make(version);
    const all = upTo(made.metainfo.pieceCount);
    expect(await rightInMemory(made)).toEqual(all);
    for (const most of [1, 2, 100]) expect(await rightInFiles(made, most)).toEqual(all);
    expect(all.map((piece) => made.verifier.canVerify(piece))).toEqual(all.map(() => true));
  });

  it("rejects data that is too long, too short, of another piece or empty", async () => {
    const { verifier, bytes, metainfo } = await make(version);
    for (let piece = 0; piece < metainfo.pieceCount; piece++) {
      const data = bytes(piece);
      const longer = new Uint8Array(Buffer.concat([data, noise(PIECE, 99)]));
      for (const wrong of [longer, data.subarray(0, -1), new Uint8Array(), bytes((piece + 1) % metainfo.pieceCount)]) {
        expect(verifier.verifySync(piece, wrong)).toBe(false);
        expect(await verifier.verify(piece, wrong)).toBe(false);
      }
    }
    for (const none of [-1, metainfo.pieceCount, Number.NaN]) {
      expect([
        verifier.canVerify(none),
        verifier.verifySync(none, bytes(0)),
        await verifier.verify(none, bytes(0)),
      ]).toEqual([false, false, false]);
    }
  });

  it("rejects pieces of missing and short files, and accepts the others", async () => {
    const made = await make(version);
    const { layout, files } = made.metainfo;
    made.source.entries.delete("/src/t/c");
    const a = made.source.entries.get("/src/t/a");
    if (a !== undefined) a.bytes = a.bytes.subarray(0, -1);
    const c = layout.filePieces(files.findIndex(({ path }) => path.join("/") === "c"));
    const bad = new Set([layout.filePieces(0).last]);
    for (let piece = c.first; piece <= c.last; piece++) bad.add(piece);
    expect(await rightInFiles(made)).toEqual(upTo(made.metainfo.pieceCount).filter((piece) => !bad.has(piece)));
  });

  it("rejects a piece with one flipped bit, and no other", async () => {
    const made = await make(version);
    const { metainfo, source } = made;
    const names = Object.entries(SIZES).filter(([, size]) => size > 0);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.nat(),
        fc.nat(7),
        fc.integer({ min: 1, max: 4 }),
        async ([name, size], where, bit, most) => {
          const file = source.entries.get(`/src/t/${name}`)?.bytes ?? new Uint8Array();
          const at = where % size;
          const flip = (): void => {
            file[at] = (file[at] ?? 0) ^ (1 << bit);
          };
          const offset = metainfo.files.find(({ path }) => path.join("/") === name)?.offset ?? -1;
          const others = upTo(metainfo.pieceCount, Math.floor((offset + at) / PIECE));
          flip();
          try {
            expect(others).toHaveLength(metainfo.pieceCount - 1);
            expect(await rightInFiles(made, most)).toEqual(others);
            expect(await rightInMemory(made)).toEqual(others);
          } finally {
            flip();
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it("serves checks of files and memory, hashing threads included", async () => {
    const { metainfo, source, bytes } = await make(version);
    const { layout } = metainfo;
    const { files, hasher } = nodeRuntime();
    const folder = await tempFolder();
    const pool = new FilePool(files);
    const verifier = pieceVerifier(metainfo, hasher);
    const onDisk = new FileStorage({ files, pool, layout, folder, name: "t", partPath: `${folder}/parts` });
    const inMemory = new MemoryStorage(layout);
    for (let piece = 0; piece < layout.pieceCount; piece++) {
      for (const storage of [onDisk, inMemory]) await storage.write(layout.pieceOffset(piece), [bytes(piece)]);
    }
    const told: number[] = [];
    const damage = new Uint8Array([1 ^ (source.entries.get("/src/t/c")?.bytes[500] ?? 0)]);
    const bad = metainfo.files.find(({ path }) => path.join("/") === "c")?.offset ?? 0;
    for (const storage of [onDisk, inMemory]) {
      expect((await checkPieces({ storage, verifier, onProgress: (checked) => told.push(checked) })).isFull).toBe(true);
      expect(told.splice(0).at(-1)).toBe(layout.pieceCount);
      await storage.write(bad + 500, [damage]);
      expect([...(await checkPieces({ storage, verifier })).ones()]).toEqual(
        upTo(layout.pieceCount, Math.floor((bad + 500) / PIECE)),
      );
      const store = new PieceStore({ storage, verifier });
      expect([
        await store.verify(0),
        await store.verify(Math.floor((bad + 500) / PIECE)),
        await store.verifyAll(),
      ]).toEqual([true, false, layout.pieceCount - 1]);
    }
    await pool.close();
    await hasher.close();
  });
});

describe("pieceVerifier", () => {
  const { hasher } = nodeRuntime();
  afterAll(() => hasher.close());

  it("hashes v2 by file, each tree of its own width, and hybrids as v1", async () => {
    const v2 = await make("v2");
    expect(runs(v2.verifier, 100)).toEqual([
      [0, 3],
      [3, 1],
      [4, 1],
      [5, 1],
      [6, 2],
    ]);
    expect(runs(v2.verifier, 2)).toEqual([
      [0, 2],
      [2, 1],
      [3, 1],
      [4, 1],
      [5, 1],
      [6, 2],
    ]);
    v2.source.jobs.length = 0;
    await rightInFiles(v2);
    expect(v2.source.jobs.map(({ shape, algorithm, pieceLength }) => [shape, algorithm, pieceLength / BLOCK])).toEqual(
      [8, 4, 8, 1, 8].map((width) => ["merkle", "sha256", width]),
    );
    for (const version of ["v1", "hybrid"] as const) {
      const made = await make(version);
      const { pieceCount } = made.metainfo;
      expect(runs(made.verifier, 100)).toEqual([[0, pieceCount]]);
      expect(runs(made.verifier, pieceCount - 1)).toEqual([
        [0, pieceCount - 1],
        [pieceCount - 1, 1],
      ]);
      made.source.jobs.length = 0;
      await rightInFiles(made);
      expect(made.source.jobs.map(({ shape, algorithm, pieceLength }) => [shape, algorithm, pieceLength])).toEqual([
        ["pieces", "sha1", PIECE],
      ]);
    }
  });

  it("compares a piece with the plain merkle root", async () => {
    const { metainfo, bytes } = await make("v2");
    const roots = [8, 8, 8, 4, 8, 1, 8, 8].map((width, piece) => merkle(bytes(piece), width));
    const layers = metainfo.files.map(({ index }) => {
      const { first, last } = metainfo.layout.filePieces(index);
      return Buffer.concat(roots.slice(first, last + 1));
    });
    const hashes: HashScheme = { kind: "v2", layers };
    const verifier = pieceVerifier({ hashes, layout: metainfo.layout }, hasher);
    for (let piece = 0; piece < metainfo.pieceCount; piece++)
      expect(verifier.verifySync(piece, bytes(piece))).toBe(true);
  });

  it("accepts no piece of a file whose layer is unknown, returns false from canVerify, and does not read it", async () => {
    const made = await make("v2");
    const metainfo = metainfoFromInfo(made.metainfo.infoBytes, {}, cryptoHasher);
    const verifier = pieceVerifier(metainfo, made.source.hasher);
    const known = [3, 4, 5];
    expect(upTo(metainfo.pieceCount).filter((piece) => verifier.canVerify(piece))).toEqual(known);
    expect(verifier.verifySync(0, made.bytes(0))).toBe(false);
    expect(await verifier.verify(0, made.bytes(0))).toBe(false);
    expect(await rightInFiles({ ...made, metainfo, verifier })).toEqual(known);
    const read = new Set<number>();
    const storage = {
      read: (offset: number, [into]: readonly Uint8Array[]) => {
        read.add(offset / PIECE);
        into?.set(made.bytes(offset / PIECE));
        return Promise.resolve();
      },
      segments: () => {
        throw new StorageError("storage.failed", "no piece may be hashed on a thread");
      },
    } as Pick<Storage, "read" | "segments"> as Storage;
    let checked = 0;
    const valid = await checkPieces({ storage, verifier, onProgress: (pieces) => (checked = pieces) });
    expect([[...valid.ones()], [...read], checked]).toEqual([known, known, metainfo.pieceCount]);
  });

  it("returns why files could not be read", async () => {
    const { metainfo } = await make("v2");
    const folder = await tempFolder();
    const { right, failure } = await pieceVerifier(metainfo, hasher).verifyFiles(0, 3, [
      { path: folder, offset: 0, length: SIZES.a },
    ]);
    expect([[...right], failure]).toMatchObject([[0, 0, 0], { code: "storage.is-a-folder", path: folder }]);
  });
});
