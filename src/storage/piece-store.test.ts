import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { tempFolder } from "../../test/support/temp-folder.ts";
import { FileLayout } from "../metainfo/index.ts";
import { nodeRuntime } from "../runtime/node/index.ts";
import { FilePool } from "./files/file-pool.ts";
import { FileStorage } from "./files/file-storage.ts";
import { MemoryStorage } from "./memory-storage.ts";
import { PieceStore } from "./piece-store.ts";
import { pieceVerifier } from "./piece-verifier.ts";
import type { Storage } from "./storage.ts";

const PIECE = 16_384;
const LENGTH = 3 * PIECE + 100;
const data = Uint8Array.from({ length: LENGTH }, (_, index) => (index * 13) >>> 1);
const layout = new FileLayout(
  [
    {
      path: ["a"],
      length: LENGTH,
      isPadding: false,
      isExecutable: false,
      isHidden: false,
      symlinkPath: undefined,
      piecesRoot: undefined,
    },
  ],
  PIECE,
);
const pieces = Buffer.concat(
  Array.from({ length: layout.pieceCount }, (_, piece) =>
    createHash("sha1")
      .update(data.subarray(piece * PIECE, (piece + 1) * PIECE))
      .digest(),
  ),
);
const { files, hasher } = nodeRuntime();
const verifier = pieceVerifier({ hashes: { kind: "v1", pieces }, layout }, hasher);

async function makeStorage(kind: string): Promise<Storage> {
  if (kind === "memory") return new MemoryStorage(layout);
  const folder = await tempFolder();
  return new FileStorage({
    files,
    pool: new FilePool(files),
    layout,
    folder,
    name: undefined,
    partPath: `${folder}/parts`,
  });
}

describe.each(["memory", "files"])("PieceStore in %s", (kind) => {
  async function open(): Promise<PieceStore> {
    return new PieceStore({ storage: await makeStorage(kind), verifier });
  }

  it("write, verify, has, missing, isComplete and read", async () => {
    const store = await open();
    expect([store.size, store.missing(), store.isComplete]).toEqual([LENGTH, [0, 1, 2, 3], false]);
    await store.write(1, 0, data.subarray(PIECE, PIECE + 5_000));
    expect(await store.verify(1)).toBe(false);
    await store.write(1, 5_000, data.subarray(PIECE + 5_000, 2 * PIECE));
    expect(await store.verify(1)).toBe(true);
    expect([store.has(1), store.missing()]).toEqual([true, [0, 2, 3]]);
    expect(await store.read(1, 100, 50)).toEqual(data.subarray(PIECE + 100, PIECE + 150));
    await store.write(0, 0, data.subarray(0, PIECE));
    await store.write(2, 0, data.subarray(2 * PIECE, 3 * PIECE));
    await store.write(3, 0, data.subarray(3 * PIECE));
    expect(await store.verifyAll()).toBe(4);
    expect(store.isComplete).toBe(true);
    await store.write(3, 0, new Uint8Array(10));
    expect(store.has(3)).toBe(false);
    await store.close();
  });

  it("refuses bytes outside a piece", async () => {
    const store = await open();
    await expect(store.read(3, 90, 11)).rejects.toMatchObject({ code: "storage.range" });
    await expect(store.write(4, 0, new Uint8Array(1))).rejects.toMatchObject({ code: "storage.range" });
    await expect(store.read(0, -1, 5)).rejects.toMatchObject({ code: "storage.range" });
  });
});
