import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../test/support/memory-source.ts";
import { tempFolder } from "../../test/support/temp-folder.ts";
import { StorageError } from "../base/index.ts";
import { createTorrent } from "../creation/index.ts";
import { FileLayout } from "../metainfo/index.ts";
import type { Hasher, HashSegment } from "../runtime/index.ts";
import { nodeRuntime } from "../runtime/node/index.ts";
import { checkPieces } from "./check.ts";
import { FilePool } from "./files/file-pool.ts";
import { FileStorage } from "./files/file-storage.ts";
import { CHECK_INLINE_BYTES } from "./limits.ts";
import { pieceVerifier } from "./piece-verifier.ts";
import type { Storage } from "./storage.ts";

const PIECE = 16_384;

function layoutOf(length: number): FileLayout {
  return new FileLayout(
    [
      {
        path: ["a"],
        length,
        isPadding: false,
        isExecutable: false,
        isHidden: false,
        symlinkPath: undefined,
        piecesRoot: undefined,
      },
    ],
    PIECE,
  );
}

const noise = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => (at * 7 + (at >>> 8)) & 0xff);
const sha1 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash("sha1").update(bytes).digest());

interface Table {
  readonly jobs: number[];
  readonly check: () => Promise<number[]>;
}

/**
 * Checks a torrent of `wanted` bytes; records the lengths of the jobs that go to threads, which find every piece
 * invalid.
 */
function table(wanted: Uint8Array, onDisk: Uint8Array, idleFiles = 0, freeFiles = 1): Table {
  const layout = layoutOf(wanted.length);
  const jobs: number[] = [];
  let idle = idleFiles;
  let free = freeFiles;
  const storage = {
    read: async (offset: number, into: readonly Uint8Array[]) => {
      let at = offset;
      for (const part of into) {
        if (at + part.length > onDisk.length) throw new StorageError("storage.short", "too short");
        part.set(onDisk.subarray(at, at + part.length));
        at += part.length;
      }
    },
    segments: (offset: number, length: number): HashSegment[] => [{ path: "a", offset, length }],
    closeIdle: async () => {
      const hasClosed = idle > 0;
      free += idle;
      idle = 0;
      return hasClosed;
    },
  } as Pick<Storage, "read" | "segments" | "closeIdle"> as Storage;
  const hasher = {
    parallelism: 2,
    digestSync: (_algorithm: string, bytes: Uint8Array) => sha1(bytes),
    digestFiles: async ({ segments }: { segments: readonly HashSegment[] }) => {
      const length = segments.reduce((sum, segment) => sum + segment.length, 0);
      jobs.push(length);
      const parts = Math.ceil(length / PIECE);
      return {
        digests: new Uint8Array(parts * 20),
        readable: new Uint8Array(parts),
        failure: free > 0 ? undefined : { code: "storage.too-many-files", message: "too many", path: "a" },
      };
    },
  } as Pick<Hasher, "parallelism" | "digestSync" | "digestFiles"> as Hasher;
  const pieces = Buffer.concat(
    Array.from({ length: layout.pieceCount }, (_, piece) => sha1(wanted.subarray(piece * PIECE, (piece + 1) * PIECE))),
  );
  const verifier = pieceVerifier({ hashes: { kind: "v1", pieces }, layout }, hasher);
  return { jobs, check: async () => [...(await checkPieces({ storage, verifier })).ones()] };
}

describe("checkPieces", () => {
  it("checks little data without a thread, damage and a short last piece included", async () => {
    const wanted = noise(3 * PIECE + 100);
    const onDisk = wanted.slice();
    onDisk[PIECE + 5] = 1 + (onDisk[PIECE + 5] ?? 0);
    const { jobs, check } = table(wanted, onDisk);
    expect(await check()).toEqual([0, 2, 3]);
    expect(jobs).toEqual([]);
  });

  it("reuses the same memory in later checks, and ignores its old contents", async () => {
    const wanted = noise(2 * PIECE);
    expect(await table(wanted, wanted).check()).toEqual([0, 1]);
    expect(await table(wanted, new Uint8Array(2 * PIECE)).check()).toEqual([]);
    expect(await table(wanted, wanted.subarray(0, PIECE)).check()).toEqual([]);
  });

  it("closes idle files when threads cannot open more, and fails when there is none to close", async () => {
    const wanted = noise(CHECK_INLINE_BYTES + 1);
    const some = table(wanted, wanted, 1, 0);
    await some.check();
    expect(some.jobs).toEqual([wanted.length, wanted.length]);
    await expect(table(wanted, wanted, 0, 0).check()).rejects.toMatchObject({
      code: "storage.too-many-files",
      fields: { path: "a" },
    });
  });

  it.each(["v1", "v2"] as const)(
    "treats files below a file in the place of a folder as missing in %s, small and large ones",
    async (version) => {
      for (const length of [100, CHECK_INLINE_BYTES + 1]) {
        const source = new MemorySource({ "/src/t/a": noise(100), "/src/t/sub/b": noise(length) });
        const { metainfo } = await createTorrent(source, { path: "/src/t", pieceLength: PIECE, version });
        const { files, hasher } = nodeRuntime();
        const folder = await tempFolder();
        await mkdir(`${folder}/t`);
        await writeFile(`${folder}/t/a`, noise(100));
        await writeFile(`${folder}/t/sub`, "");
        const pool = new FilePool(files);
        const storage = new FileStorage({
          files,
          pool,
          layout: metainfo.layout,
          folder,
          name: "t",
          partPath: `${folder}/parts`,
        });
        // In v1 its only piece, or its first, spans both files.
        expect([...(await checkPieces({ storage, verifier: pieceVerifier(metainfo, hasher) })).ones()]).toEqual(
          version === "v1" ? [] : [0],
        );
        await pool.close();
        await hasher.close();
      }
    },
  );

  it("reads small v2 files on the main thread up to the bound of one check", async () => {
    const source = new MemorySource(
      Object.fromEntries(
        Array.from({ length: 20 }, (_, at) => [`/src/t/${String(at).padStart(2, "0")}`, noise(20_000 + at)]),
      ),
    );
    const { metainfo } = await createTorrent(source, { path: "/src/t", pieceLength: 2 * PIECE, version: "v2" });
    const { layout, files } = metainfo;
    const pathOf = (index: number): string => `/src/t/${files[index]?.path.join("/")}`;
    let onSpot = 0;
    const storage = {
      read: (offset: number, [into]: readonly Uint8Array[]) => {
        const [span] = layout.spans(offset, into?.length ?? 0);
        into?.set(source.entries.get(pathOf(span?.fileIndex ?? -1))?.bytes ?? new Uint8Array());
        onSpot += into?.length ?? 0;
        return Promise.resolve();
      },
      segments: (offset: number, length: number) =>
        layout
          .spans(offset, length)
          .map((span) => ({ path: pathOf(span.fileIndex), offset: span.fileOffset, length: span.length })),
    } as Pick<Storage, "read" | "segments"> as Storage;
    source.jobs.length = 0;
    expect((await checkPieces({ storage, verifier: pieceVerifier(metainfo, source.hasher) })).isFull).toBe(true);
    expect(onSpot).toBeLessThanOrEqual(CHECK_INLINE_BYTES);
    expect(onSpot).toBeGreaterThan(CHECK_INLINE_BYTES - 20_020);
    expect(source.jobs).toHaveLength(20 - Math.floor(CHECK_INLINE_BYTES / 20_000));
  });

  it("leaves short files and more data to the threads", async () => {
    const wanted = noise(CHECK_INLINE_BYTES + 1);
    const long = table(wanted, wanted);
    await long.check();
    expect(long.jobs).toEqual([wanted.length]);
    const short = table(wanted.subarray(0, 2 * PIECE), wanted.subarray(0, PIECE));
    await short.check();
    expect(short.jobs).toEqual([2 * PIECE]);
  });
});
