import { describe, expect, it } from "vitest";
import { MemorySource, merkle } from "../../test/support/memory-source.ts";
import { equalBytes, toHex } from "../base/index.ts";
import { merkleRoot, treeWidth } from "../metainfo/index.ts";
import { createTorrent } from "./create.ts";
import type { CreateOptions } from "./create.ts";
import { HASH_JOB_LENGTH, MAX_FOLDER_DEPTH } from "./limits.ts";
import { automaticPieceLength } from "./piece-length.ts";

function data(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * seed + (i >> 7)) & 0xff);
}

const folder = {
  "/src/film/z.bin": data(70_000, 3),
  "/src/film/B/x": data(16_384, 5),
  "/src/film/a/run": { bytes: data(5, 7), executable: true },
  "/src/film/a/empty": new Uint8Array(0),
  "/src/film/a.txt": data(20_000, 9),
  "/src/film/.hidden": data(1, 1),
};

const create = (source: MemorySource, options: Partial<CreateOptions> = {}): ReturnType<typeof createTorrent> =>
  createTorrent(source, { path: "/src/film", pieceLength: 16_384, ...options });

describe("createTorrent", () => {
  it("lists a folder in the order of bytes, component by component, and hashes it end to end", async () => {
    const source = new MemorySource(folder);
    const { metainfo } = await create(source, {
      private: true,
      source: "S",
      trackers: [["http://t/"]],
      comment: "c",
      createdBy: "m",
    });
    expect(metainfo.files.map((file) => file.path.join("/"))).toEqual([
      ".hidden",
      "B/x",
      "a/empty",
      "a/run",
      "a.txt",
      "z.bin",
    ]);
    expect(metainfo.files.map((file) => file.isExecutable)).toEqual([false, false, false, true, false, false]);
    expect(metainfo).toMatchObject({
      name: "film",
      version: "v1",
      isPrivate: true,
      source: "S",
      trackers: [["http://t/"]],
      comment: "c",
      createdBy: "m",
      creationDate: undefined,
    });
    const all = Buffer.concat(
      metainfo.files.map((file) => source.entries.get(`/src/film/${file.path.join("/")}`)?.bytes ?? new Uint8Array(0)),
    );
    for (let i = 0; i < metainfo.pieceCount; i++) {
      expect(toHex(metainfo.pieceHash(i))).toBe(
        toHex(source.hasher.digestSync("sha1", all.subarray(i * 16_384, (i + 1) * 16_384))),
      );
    }
  });

  it.each(["v2", "hybrid"] as const)("gives %s files the roots of their own trees", async (version) => {
    const source = new MemorySource(folder);
    const { metainfo } = await create(source, { version, pieceLength: 32_768 });
    const real = metainfo.files.filter((file) => !file.isPadding && file.length > 0);
    expect(real).toHaveLength(5);
    for (const file of real) {
      const bytes = source.entries.get(`/src/film/${file.path.join("/")}`)?.bytes ?? new Uint8Array(0);
      expect(toHex(file.piecesRoot ?? new Uint8Array(0))).toBe(
        toHex(merkle(bytes, treeWidth(Math.ceil(bytes.length / 16_384)))),
      );
    }
    const long = real.find((file) => file.length > 32_768);
    expect(toHex(merkleRoot(metainfo.pieceLayer(long?.index ?? -1) ?? new Uint8Array(0), source.hasher, 1))).toBe(
      toHex(long?.piecesRoot ?? new Uint8Array(0)),
    );
  });

  it("pads hybrids between files and not after the last", async () => {
    const { metainfo } = await create(new MemorySource(folder), { version: "hybrid" });
    expect(metainfo.files.map((file) => (file.isPadding ? -file.length : file.length))).toEqual([
      1, -16_383, 16_384, 0, 5, -16_379, 20_000, -12_768, 70_000,
    ]);
  });

  it("makes one file without a folder, under another name on request", async () => {
    const { metainfo } = await create(new MemorySource(folder), { path: "/src/film/z.bin/", name: "new.bin" });
    expect(metainfo).toMatchObject({ isSingleFile: true, name: "new.bin", totalSize: 70_000 });
    expect(metainfo.files[0]?.path).toEqual(["new.bin"]);
  });

  it("gives the same bytes for the same content", async () => {
    const first = await create(new MemorySource(folder), { version: "hybrid" });
    const second = await create(new MemorySource(Object.fromEntries(Object.entries(folder).reverse())), {
      version: "hybrid",
    });
    expect(equalBytes(first.bytes, second.bytes)).toBe(true);
  });

  it("leaves out hidden and excluded files on request", async () => {
    const { metainfo } = await create(new MemorySource(folder), {
      skipHidden: true,
      exclude: (path) => path === "B" || path === "a/run",
    });
    expect(metainfo.files.map((file) => file.path.join("/"))).toEqual(["a/empty", "a.txt", "z.bin"]);
  });

  it("leaves out what a client keeps of its downloads, at any depth, but not a file of that name", async () => {
    const kept = {
      "/src/film/.millrace/1.resume": data(9, 1),
      "/src/film/a/.millrace/2.resume": data(9, 1),
      "/src/film/B/.millrace": data(9, 1),
    };
    const { metainfo } = await create(new MemorySource({ ...folder, ...kept }));
    expect(metainfo.files.map((file) => file.path.join("/"))).toEqual([
      ".hidden",
      "B/_.millrace",
      "B/x",
      "a/empty",
      "a/run",
      "a.txt",
      "z.bin",
    ]);
  });

  it("returns which names are not safe on every system", async () => {
    const { renamed } = await create(new MemorySource({ "/src/film/R.E.M.": data(1, 1), "/src/film/b": data(1, 1) }));
    expect(renamed).toEqual([{ from: ["R.E.M."], to: ["R.E.M"] }]);
  });

  it("returns when the torrent's own name is not that of its source", async () => {
    const file = { "/src/film./b": data(1, 1), "/src/one.": data(1, 1) };
    const made = await create(new MemorySource(file), { path: "/src/film." });
    expect([made.metainfo.name, made.renamed, made.renamedFrom]).toEqual(["film", [], "film."]);
    const single = await create(new MemorySource(file), { path: "/src/one." });
    expect([single.metainfo.name, single.renamed, single.renamedFrom]).toEqual(["one", [], "one."]);
    expect((await create(new MemorySource(folder))).renamedFrom).toBeUndefined();
  });

  it("leaves out the file that it is written to, and refuses to be written over its own data", async () => {
    const written = { ...folder, "/src/film/a/out.torrent": data(5, 5) };
    const { metainfo } = await create(new MemorySource(written), { output: "/src/film/a/out.torrent" });
    expect(metainfo.files.map((file) => file.path.join("/"))).toEqual([
      ".hidden",
      "B/x",
      "a/empty",
      "a/run",
      "a.txt",
      "z.bin",
    ]);
    await expect(
      create(new MemorySource(folder), { path: "/src/film/z.bin", output: "/src/film/z.bin" }),
    ).rejects.toMatchObject({ code: "metainfo.source" });
    await expect(
      create(new MemorySource({ "/src/film/out": data(1, 1) }), { output: "/src/film/out" }),
    ).rejects.toMatchObject({ code: "metainfo.source" });
  });

  it("splits long content into jobs of whole pieces and reports progress up to the end", async () => {
    const source = new MemorySource({ "/src/film": new Uint8Array(HASH_JOB_LENGTH + 100_000) });
    const heard: number[] = [];
    const { metainfo } = await create(source, {
      version: "hybrid",
      pieceLength: 1024 * 1024,
      onProgress: ({ hashedBytes }) => heard.push(hashedBytes),
    });
    expect(source.jobs.map((job) => [job.shape, job.segments[0]?.length])).toEqual([
      ["pieces", HASH_JOB_LENGTH],
      ["merkle", HASH_JOB_LENGTH],
      ["pieces", 100_000],
      ["merkle", 100_000],
    ]);
    expect(heard).toEqual(heard.toSorted((x, y) => x - y));
    expect(heard.at(-1)).toBe(metainfo.totalSize);
  });

  it("stops when aborted in the middle", async () => {
    const controller = new AbortController();
    const source = new MemorySource({ "/src/film": new Uint8Array(3 * HASH_JOB_LENGTH) });
    source.beforeJob = () => controller.abort();
    await expect(create(source, { signal: controller.signal, pieceLength: 1024 * 1024 })).rejects.toMatchObject({
      name: "AbortError",
    });
    expect(source.jobs.length).toBeLessThanOrEqual(2);
  });

  it.each<[string, (source: MemorySource) => void]>([
    ["becomes shorter", (source) => source.entries.set("/src/film/a.txt", { bytes: data(19_999, 9) })],
    ["becomes longer", (source) => source.entries.set("/src/film/a.txt", { bytes: data(20_001, 9) })],
    ["is written to", (source) => source.entries.set("/src/film/a.txt", { bytes: data(20_000, 9), modifiedMs: 5 })],
    ["goes away", (source) => source.entries.delete("/src/film/a.txt")],
  ])("refuses to go on when a file %s meanwhile", async (_what, change) => {
    const source = new MemorySource(folder);
    source.beforeJob = () => change(source);
    await expect(create(source)).rejects.toMatchObject({
      name: "StorageError",
      code: "storage.changed",
      message: expect.stringContaining("a.txt") as string,
    });
  });

  const deep = { [`/src/film/${"d/".repeat(MAX_FOLDER_DEPTH + 1)}f`]: data(1, 1) };
  it.each<[string, MemorySource, Partial<CreateOptions>, string]>([
    ["a path to nothing", new MemorySource({}), {}, "storage.not-found"],
    ["a folder without files", new MemorySource(folder), { exclude: () => true }, "metainfo.source"],
    ["a socket", new MemorySource({ "/src/film/s": { bytes: data(0, 1), kind: "other" } }), {}, "metainfo.source"],
    ["folders that do not end", new MemorySource(deep), {}, "metainfo.source"],
    ["a name that is a path", new MemorySource(folder), { name: "a/b" }, "metainfo.name"],
    ["an empty name", new MemorySource(folder), { name: "" }, "metainfo.name"],
    ["a piece length for v1", new MemorySource(folder), { pieceLength: 1000 }, "metainfo.piece-length"],
    [
      "a piece length for v2",
      new MemorySource(folder),
      { version: "v2", pieceLength: 17_408 },
      "metainfo.piece-length",
    ],
    [
      "more hashes than a torrent holds",
      new MemorySource({ "/src/film": { bytes: { length: 2 ** 45 } as Uint8Array } }),
      {},
      "metainfo.piece-length",
    ],
    ["a tracker that is none", new MemorySource(folder), { trackers: [["x"]] }, "metainfo.url"],
  ])("refuses %s", async (_what, source, options, code) => {
    await expect(create(source, options)).rejects.toMatchObject({ code });
    expect(source.jobs).toEqual([]);
  });
});

describe("automaticPieceLength", () => {
  const MiB = 1024 * 1024;
  it.each([
    [0, 16_384],
    [32 * MiB, 16_384],
    [32 * MiB + 1, 32_768],
    [512 * MiB, 256 * 1024],
    [2048 * MiB, MiB],
    [32 * 1024 * MiB, 16 * MiB],
    [1024 * 1024 * MiB, 16 * MiB],
    [1024 * 1024 * MiB + 1, 32 * MiB],
  ])("of %i bytes is %i", (total, expected) => {
    expect(automaticPieceLength(total)).toBe(expected);
  });
});
