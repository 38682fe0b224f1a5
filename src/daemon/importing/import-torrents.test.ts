import { mkdir, readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { settle } from "../../../test/support/imported-session.ts";
import { MemorySource } from "../../../test/support/memory-source.ts";
import { tempFolder } from "../../../test/support/temp-folder.ts";
import type { TorrentRow } from "../../api/index.ts";
import { concatBytes, utf8 } from "../../base/index.ts";
import { encode, type BInput } from "../../bencode/index.ts";
import { createTorrent } from "../../creation/index.ts";
import { readProfile, type ForeignClient } from "../../profiles/index.ts";
import { nodeRuntime } from "../../runtime/node/index.ts";
import { ResumeFile } from "../../storage/index.ts";
import { importTorrents, type ImportOutcome } from "./import-torrents.ts";

const runtime = nodeRuntime();
const PIECE = 32_768;

interface Made {
  readonly torrent: Uint8Array;
  readonly id: string;
  readonly a: Uint8Array;
  readonly b: Uint8Array;
}

/** A torrent of the files `a` (four pieces) and `b` (two pieces and some bytes), and their content. */
async function made(name: string): Promise<Made> {
  const [a, b] = [runtime.random.bytes(4 * PIECE), runtime.random.bytes(2 * PIECE + 9_000)];
  const source = new MemorySource({ [`/t/${name}/a`]: a, [`/t/${name}/b`]: b });
  const { bytes, metainfo } = await createTorrent(source, { path: `/t/${name}`, version: "v1", pieceLength: PIECE });
  return { torrent: bytes, id: metainfo.id.hex, a, b };
}

async function put(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}

describe("importTorrents", () => {
  let root: string;
  let state: string;
  beforeEach(async () => {
    root = await tempFolder();
    state = join(root, "state");
  });

  async function run(
    client: ForeignClient,
    options: { dryRun?: boolean; paused?: boolean } = {},
  ): Promise<ImportOutcome[]> {
    const outcomes: ImportOutcome[] = [];
    const entries = readProfile(runtime, client, join(root, "profile"));
    const { dryRun = false, paused = false } = options;
    const { signal } = new AbortController();
    for await (const outcome of importTorrents({ runtime, stateDir: state, entries, paused, dryRun, signal }))
      outcomes.push(outcome);
    return outcomes;
  }

  /** Writes a torrent into a profile of Transmission. */
  async function transmission(id: string, torrent: Uint8Array, resume: Record<string, BInput>): Promise<void> {
    await put(join(root, "profile/torrents", `${id}.torrent`), torrent);
    await put(join(root, "profile/resume", `${id}.resume`), encode({ destination: join(root, "data"), ...resume }));
  }

  it("takes over complete, partial and deselected torrents of Transmission without hashing", async () => {
    const [full, half, some] = [await made("full"), await made("half"), await made("some")];
    await put(join(root, "data/full/a"), full.a);
    await put(join(root, "data/full/b"), full.b);
    // Two pieces and a block of `a`; the file is incomplete, so it has a suffix.
    await put(
      join(root, "data/half/a.part"),
      concatBytes([half.a.subarray(0, 2.5 * PIECE), new Uint8Array(1.5 * PIECE)]),
    );
    await put(join(root, "data/some/a"), some.a);
    const seconds = async (path: string): Promise<number> => Math.floor((await stat(join(root, path))).mtimeMs / 1000);
    await transmission(full.id, full.torrent, {
      labels: ["films", "new"],
      uploaded: 1_000,
      downloaded: 500,
      paused: 0,
      "added-date": 1_700_000_000,
      "ratio-limit": { "ratio-limit": "2.500000", "ratio-mode": 1 },
      progress: { blocks: "all", pieces: "all", mtimes: [await seconds("data/full/a"), await seconds("data/full/b")] },
    });
    await transmission(half.id, half.torrent, {
      paused: 1,
      progress: { blocks: Uint8Array.of(0b1111_1000, 0), mtimes: [0, 0], pieces: Uint8Array.of(0b1100_0000) },
    });
    await transmission(some.id, some.torrent, {
      dnd: [0, 1],
      priority: [1, 0],
      progress: { blocks: Uint8Array.of(0b1111_1111, 0), mtimes: [0, 0] },
    });
    const before = await readdir(join(root, "profile"), { recursive: true });
    expect((await run("transmission", { dryRun: true })).map(({ kind }) => kind)).toEqual([
      "imported",
      "imported",
      "imported",
    ]);
    const outcomes = await run("transmission");
    expect(outcomes).toHaveLength(3);
    expect(outcomes.filter((outcome) => outcome.kind === "imported" && outcome.check !== "none")).toEqual([]);
    expect(await readdir(join(root, "profile"), { recursive: true })).toEqual(before);
    expect((await run("transmission")).map(({ kind }) => kind)).toEqual(["known", "known", "known"]);
    const { rows, hashed } = await settle(state, join(root, "downloads"));
    expect(hashed).toBe(0);
    expect(rows.get("full")).toMatchObject({
      state: "seeding",
      progress: 1,
      labels: ["films", "new"],
      uploaded: 1_000,
      downloaded: 500,
      addedAt: 1_700_000_000_000,
    });
    expect(rows.get("half")?.done).toBe(2 * PIECE);
    const kept = new ResumeFile({ ...runtime, folder: join(state, "resume"), id: half.id });
    const { partials } = (await kept.load(7, (piece) => (piece === 6 ? 1 : 2)))?.progress ?? {};
    expect([...(partials ?? [])].map(([piece, blocks]) => [piece, [...blocks.ones()]])).toEqual([[2, [0]]]);
    expect(rows.get("some")).toMatchObject({ state: "seeding", done: 4 * PIECE, wanted: 4 * PIECE });
    expect(await readFile(join(root, "data/half/a"))).toHaveLength(4 * PIECE);
  });

  /** Puts the files of three torrents on the disk: all; two pieces of `a`; `a` without `b`. */
  async function three(): Promise<[full: Made, half: Made, some: Made]> {
    const all: [Made, Made, Made] = [await made("full"), await made("half"), await made("some")];
    const [full, half, some] = all;
    await put(join(root, "data/full/a"), full.a);
    await put(join(root, "data/full/b"), full.b);
    await put(join(root, "data/half/a"), concatBytes([half.a.subarray(0, 2 * PIECE), new Uint8Array(2 * PIECE)]));
    await put(join(root, "data/some/a"), some.a);
    return all;
  }

  /** Expects that all three were imported, and that nothing was hashed. */
  async function expectThree(client: ForeignClient): Promise<ReadonlyMap<string, TorrentRow>> {
    const outcomes = await run(client);
    expect(outcomes).toMatchObject(Array.from({ length: 3 }, () => ({ kind: "imported", check: "none" })));
    const { rows, hashed } = await settle(state, join(root, "downloads"));
    expect(hashed).toBe(0);
    expect(rows.get("full")).toMatchObject({ state: "seeding", progress: 1 });
    expect(rows.get("half")).toMatchObject({ state: "downloading", done: 2 * PIECE });
    expect(rows.get("some")).toMatchObject({ state: "seeding", done: 4 * PIECE, wanted: 4 * PIECE });
    return rows;
  }

  const lt = (pieces: number[], more: Record<string, BInput> = {}): Uint8Array =>
    encode({ save_path: join(root, "data"), pieces: Uint8Array.from(pieces), added_time: 1_700_000_000, ...more });

  it("takes over torrents of qBittorrent", async () => {
    const [full, half, some] = await three();
    const save = async (id: string, torrent: Uint8Array, resume: Uint8Array): Promise<void> => {
      await put(join(root, "profile/data/BT_backup", `${id}.torrent`), torrent);
      await put(join(root, "profile/data/BT_backup", `${id}.fastresume`), resume);
    };
    await save(
      full.id,
      full.torrent,
      lt([1, 1, 1, 1, 1, 1, 1], {
        "qBt-category": "films",
        "qBt-tags": ["x", "y"],
        "qBt-ratioLimit": 2500,
        total_uploaded: 7,
        trackers: [["http://127.0.0.1:1/announce"], ["javascript:x"]],
      }),
    );
    await save(
      half.id,
      half.torrent,
      lt([1, 1, 0, 0, 0, 0, 0], { unfinished: [{ piece: 2, bitmask: Uint8Array.of(0x40) }], paused: 1 }),
    );
    await save(some.id, some.torrent, lt([1, 1, 1, 1, 0, 0, 0], { file_priority: [7, 0] }));
    const rows = await expectThree("qbittorrent");
    expect(rows.get("full")).toMatchObject({ labels: ["films", "x", "y"], uploaded: 7, addedAt: 1_700_000_000_000 });
    expect(rows.get("full")?.trackers).toEqual(["127.0.0.1"]);
  });

  it("says that the database of qBittorrent is not read", async () => {
    await mkdir(join(root, "profile/BT_backup"), { recursive: true });
    await put(join(root, "profile/torrents.db"), new Uint8Array());
    await expect(run("qbittorrent")).rejects.toMatchObject({ code: "import.sqlite" });
  });

  it("takes over torrents of Deluge with their labels", async () => {
    const [full, half, some] = await three();
    for (const { id, torrent } of [full, half, some]) await put(join(root, "profile/state", `${id}.torrent`), torrent);
    const resume = {
      [full.id]: lt([1, 1, 1, 1, 1, 1, 1]),
      [half.id]: lt([1, 1, 0, 0, 0, 0, 0]),
      [some.id]: lt([1, 1, 1, 1, 0, 0, 0], { file_priority: [4, 0] }),
    };
    const labels = JSON.stringify({ labels: {}, torrent_labels: { [full.id]: "films" } });
    await put(join(root, "profile/label.conf"), utf8(`{"file": 1, "format": 1}${labels}`));
    await put(join(root, "profile/state/torrents.fastresume"), encode(resume));
    expect((await expectThree("deluge")).get("full")?.labels).toEqual(["films"]);
  });

  it("takes over torrents of rTorrent", async () => {
    const [full, half, some] = await three();
    const save = async (
      { id, torrent }: Made,
      name: string,
      resume: Record<string, BInput>,
      more: Record<string, BInput> = {},
    ): Promise<void> => {
      const path = join(root, "profile", `${id.toUpperCase()}.torrent`);
      await put(path, torrent);
      await put(`${path}.rtorrent`, encode({ directory: join(root, "data", name), state: 1, ...more }));
      const times = await Promise.all(
        ["a", "b"].map((file) =>
          stat(join(root, "data", name, file)).then(
            ({ mtimeMs }) => Math.floor(mtimeMs / 1000),
            () => -2,
          ),
        ),
      );
      const files = times.map((mtime, index) => ({ mtime, priority: name === "some" && index === 1 ? 0 : 1 }));
      await put(`${path}.libtorrent_resume`, encode({ files, ...resume }));
    };
    await save(full, "full", { bitfield: 7 }, { custom1: "sci%2Dfi", total_uploaded: 9 });
    await save(half, "half", { bitfield: Uint8Array.of(0b1100_0000) });
    await save(some, "some", { bitfield: Uint8Array.of(0b1111_0000) });
    expect((await expectThree("rtorrent")).get("full")).toMatchObject({ labels: ["sci-fi"], uploaded: 9 });
  });

  it("takes the bytes of unwanted files from libtorrent's part file, and gives up pieces without them", async () => {
    // `a` is unwanted and absent; its last 1,000 bytes share piece 1 with `b`.
    const a = runtime.random.bytes(PIECE + 1_000);
    const b = runtime.random.bytes(2 * PIECE);
    const source = new MemorySource({ "/t/x/a": a, "/t/x/b": b });
    const { bytes, metainfo } = await createTorrent(source, { path: "/t/x", version: "v1", pieceLength: PIECE });
    const id = metainfo.id.hex;
    await put(join(root, "data/x/b"), b);
    await put(join(root, "profile/BT_backup", `${id}.torrent`), bytes);
    await put(join(root, "profile/BT_backup", `${id}.fastresume`), lt([0, 1, 1, 1], { file_priority: [0, 1] }));
    expect(await run("qbittorrent", { dryRun: true })).toMatchObject([{ done: PIECE + 1_000 }]);
    const header = new DataView(new ArrayBuffer(1024));
    [4, PIECE, 0xffff_ffff, 0, 0xffff_ffff, 0xffff_ffff].forEach((value, index) => header.setUint32(4 * index, value));
    await put(
      join(root, `data/.${id}.parts`),
      concatBytes([new Uint8Array(header.buffer), a.subarray(PIECE), new Uint8Array(100)]),
    );
    expect(await run("qbittorrent")).toMatchObject([{ kind: "imported", check: "none", done: 2 * PIECE }]);
    const parts = await readFile(join(state, `resume/${id}.parts`));
    expect(parts.subarray(PIECE)).toEqual(Buffer.from(a.subarray(PIECE)));
    const { rows, hashed } = await settle(state, join(root, "downloads"));
    expect([rows.get("x")?.state, rows.get("x")?.progress, hashed]).toEqual(["seeding", 1, 0]);
  });

  it.each([
    ["Transmission 4, which stores the times of files", { mtimes: [1_700_000_000, 1_700_000_000], pieces: "all" }],
    ["Transmission 3, by the time of the resume file", {}],
  ])("finds a file that was changed meanwhile: %s", async (_what, stored) => {
    const { id, torrent, a, b } = await made("full");
    const old = new Date(1_700_000_000_500);
    for (const [name, bytes] of [
      ["a", a],
      ["b", b],
    ] as const) {
      await put(join(root, "data/full", name), bytes);
      await utimes(join(root, "data/full", name), old, old);
    }
    await transmission(id, torrent, { progress: { blocks: "all", have: "all", ...stored } });
    const resume = join(root, "profile/resume", `${id}.resume`);
    await utimes(resume, new Date(1_700_000_001_000), new Date(1_700_000_001_000));
    await writeFile(join(root, "data/full/b"), concatBytes([new Uint8Array(100), b.subarray(100)]));
    expect(await run("transmission")).toMatchObject([{ kind: "imported", check: "changed" }]);
    const { rows, hashed } = await settle(state, join(root, "downloads"));
    expect(hashed).toBeGreaterThan(0);
    expect(rows.get("full")).toMatchObject({ state: "downloading", done: a.length + b.length - PIECE });
  });

  it("keeps a torrent whose disk is missing, and downloads nothing over its mount point", async () => {
    const { id, torrent } = await made("full");
    await transmission(id, torrent, { progress: { blocks: "all" } });
    expect(await run("transmission")).toMatchObject([{ kind: "imported", check: "missing" }]);
    const { rows } = await settle(state, join(root, "downloads"));
    expect(rows.get("full")).toMatchObject({ state: "failed", error: { code: "storage.missing" } });
  });

  it("reports torrents that cannot be read, and imports the others", async () => {
    const [good, bad, lost] = [await made("good"), await made("bad"), await made("lost")];
    await transmission(good.id, good.torrent, {});
    await transmission(bad.id, bad.torrent, { destination: "../../etc" });
    await put(join(root, "profile/torrents", `${lost.id}.torrent`), lost.torrent);
    await put(join(root, "profile/torrents/x.torrent"), Uint8Array.of(1, 2, 3));
    const outcomes = await run("transmission");
    const codes = outcomes.map((outcome) => (outcome.kind === "failed" ? outcome.error.code : outcome.kind));
    expect(codes.toSorted()).toEqual(["bencode.syntax", "import.folder", "import.no-progress", "imported"]);
  });

  it("refuses a folder that is no profile", async () => {
    await expect(run("transmission")).rejects.toMatchObject({ code: "import.profile" });
  });
});
