import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tempFolder } from "../../../test/support/temp-folder.ts";
import { Bitfield, StorageError, utf8 } from "../../base/index.ts";
import { encode } from "../../bencode/index.ts";
import type { Files } from "../../runtime/index.ts";
import { nodeRuntime } from "../../runtime/node/index.ts";
import { ResumeFile, type Kept, type Snapshot } from "./resume.ts";

const { files, random, hasher } = nodeRuntime();
const PIECES = 20;
const BLOCKS = 10;

function have(...pieces: number[]): Bitfield {
  const field = new Bitfield(PIECES);
  for (const piece of pieces) field.set(piece);
  return field;
}

function blocks(...set: number[]): Bitfield {
  const field = new Bitfield(BLOCKS);
  for (const block of set) field.set(block);
  return field;
}

const snapshot: Snapshot = {
  progress: { have: have(1, 2), partials: new Map([[5, blocks(0, 3)]]) },
  stamps: [{ size: 7, modifiedMs: 1_700_000_000_123 }, undefined],
  extra: new Map([["name", utf8("x")]]),
};

async function open(id = "id"): Promise<{ folder: string; resume: ResumeFile; reported: string[] }> {
  const folder = await tempFolder();
  const reported: string[] = [];
  return {
    folder,
    reported,
    resume: new ResumeFile({ files, random, hasher, folder, id, onDamage: ({ code }) => reported.push(code) }),
  };
}

const load = (resume: ResumeFile): Promise<Kept | undefined> => resume.load(PIECES, () => BLOCKS);

describe("ResumeFile", () => {
  it("load returns what save stored", async () => {
    const { resume } = await open();
    await resume.save(snapshot);
    const loaded = await load(resume);
    expect(loaded?.progress?.have.equals(have(1, 2))).toBe(true);
    expect([...(loaded?.progress?.partials.get(5)?.ones() ?? [])]).toEqual([0, 3]);
    expect(loaded?.stamps).toEqual(snapshot.stamps);
    expect(loaded?.extra.get("name")).toEqual(utf8("x"));
    await resume.close();
  });

  it("load applies the journal and then returns no stamps, since files have changed", async () => {
    const { resume } = await open();
    await resume.save(snapshot);
    await resume.append([
      { piece: 5, blocks: undefined },
      { piece: 6, blocks: blocks(9).bytes },
    ]);
    await resume.close();
    const loaded = await load(resume);
    expect([...(loaded?.progress?.have.ones() ?? [])]).toEqual([1, 2, 5]);
    expect([...(loaded?.progress?.partials.keys() ?? [])]).toEqual([6]);
    expect(loaded?.stamps).toEqual([]);
  });

  it("creates no journal before the first record", async () => {
    const { resume, folder } = await open();
    await resume.save(snapshot);
    await resume.append([]);
    expect(resume.journalLength).toBe(0);
    await expect(readFile(join(folder, "id.journal"))).rejects.toMatchObject({ code: "ENOENT" });
    await resume.append([{ piece: 7, blocks: undefined }]);
    await resume.append([{ piece: 8, blocks: undefined }]);
    expect([...((await load(resume))?.progress?.have.ones() ?? [])]).toEqual([1, 2, 7, 8]);
    await resume.close();
  });

  it("a new snapshot makes the old journal stale", async () => {
    const { resume, folder } = await open();
    await resume.save(snapshot);
    await resume.append([{ piece: 9, blocks: undefined }]);
    const old = await readFile(join(folder, "id.journal"));
    await resume.save(snapshot);
    await resume.close();
    await writeFile(join(folder, "id.journal"), old);
    expect((await load(resume))?.progress?.have.get(9)).toBe(false);
  });

  it("a record added while a snapshot is being saved goes to the journal after it", async () => {
    const { resume } = await open();
    await resume.save(snapshot);
    const saving = resume.save({ ...snapshot, extra: new Map() });
    await resume.append([{ piece: 3, blocks: undefined }]);
    await saving;
    expect([...((await load(resume))?.progress?.have.ones() ?? [])]).toEqual([1, 2, 3]);
    await resume.close();
  });

  it("save stores the state at the time of the call", async () => {
    const { resume } = await open();
    const live = have(4);
    const saving = resume.save({ ...snapshot, progress: { have: live, partials: new Map() } });
    live.set(5);
    await saving;
    expect([...((await load(resume))?.progress?.have.ones() ?? [])]).toEqual([4]);
    await resume.close();
  });

  it("save writes nothing when the snapshot on disk is the same, and the journal still works", async () => {
    const { resume, folder } = await open();
    await resume.save(snapshot);
    await resume.close();
    const before = await readFile(join(folder, "id.resume"));
    await load(resume);
    await resume.save(snapshot);
    expect(await readFile(join(folder, "id.resume"))).toEqual(before);
    await resume.append([{ piece: 9, blocks: undefined }]);
    expect([...((await load(resume))?.progress?.have.ones() ?? [])]).toEqual([1, 2, 9]);
    // The journal has more than the snapshot: it has to become stale.
    await resume.save(snapshot);
    expect([...((await load(resume))?.progress?.have.ones() ?? [])]).toEqual([1, 2]);
    await resume.close();
  });

  it.each([
    ["nothing", undefined, []],
    ["garbage", utf8("garbage"), ["storage.damaged-state"]],
    ["an empty file", new Uint8Array(), ["storage.damaged-state"]],
    ["another document", utf8("d1:ai1ee"), ["storage.damaged-state"]],
  ])("load returns undefined for %s, and reports it", async (_what, content, reported) => {
    const opened = await open();
    if (content !== undefined) await writeFile(join(opened.folder, "id.resume"), content);
    expect(await load(opened.resume)).toBeUndefined();
    expect(opened.reported).toEqual(reported);
  });

  it("load returns undefined for a snapshot of another number of pieces", async () => {
    const { resume, reported } = await open();
    await resume.save(snapshot);
    await resume.close();
    expect(await resume.load(PIECES + 8, () => BLOCKS)).toBeUndefined();
    expect(reported).toEqual(["storage.damaged-state"]);
  });

  it("load rejects a snapshot with any one bit changed", async () => {
    const { resume, folder, reported } = await open();
    await resume.save(snapshot);
    await resume.close();
    const path = join(folder, "id.resume");
    const bytes = await readFile(path);
    for (let at = 0; at < bytes.length; at++) {
      const changed = Uint8Array.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      await writeFile(path, changed);
      expect(await load(resume)).toBeUndefined();
    }
    expect(reported).toHaveLength(bytes.length);
  });

  it("load rejects the state of another torrent", async () => {
    const one = await open("one");
    await one.resume.save(snapshot);
    await one.resume.append([{ piece: 5, blocks: undefined }]);
    await one.resume.close();
    const two = await open("two");
    await two.resume.save({ ...snapshot, stamps: [] });
    await two.resume.close();
    await copyFile(join(one.folder, "one.journal"), join(two.folder, "two.journal"));
    const loaded = await load(two.resume);
    expect([loaded?.isIncomplete, [...(loaded?.progress?.have.ones() ?? [])], two.reported]).toEqual([
      true,
      [1, 2],
      ["storage.damaged-state"],
    ]);
    await copyFile(join(one.folder, "one.resume"), join(two.folder, "two.resume"));
    expect(await load(two.resume)).toBeUndefined();
    expect(two.reported.at(-1)).toBe("storage.foreign-state");
  });

  it("load trusts no pieces of a file without checksums, and reports it", async () => {
    const { resume, folder, reported } = await open();
    const old = encode({
      version: 1,
      have: have(1, 2, 3).pack(),
      generation: new Uint8Array(8),
      stamps: [],
      partials: [],
      extra: { name: "x" },
    });
    await writeFile(join(folder, "id.resume"), old);
    const loaded = await load(resume);
    expect([loaded?.progress, loaded?.extra.get("name"), reported]).toEqual([
      undefined,
      utf8("x"),
      ["storage.old-state"],
    ]);
  });

  it("append removes the remains of one that failed", async () => {
    const { folder } = await open();
    let fails = true;
    const failing: Files = {
      ...files,
      open: async (path, mode) => {
        const file = await files.open(path, mode);
        return {
          read: (into, position) => file.read(into, position),
          readInto: (into, position) => file.readInto(into, position),
          write: (bytes, position) => file.write(bytes, position),
          writeFrom: (parts, position) => file.writeFrom(parts, position),
          sync: () => (fails ? Promise.reject(new StorageError("storage.full", "no space")) : file.sync()),
          truncate: (length) => file.truncate(length),
          stat: () => file.stat(),
          close: () => file.close(),
        };
      },
    };
    const reported: string[] = [];
    const resume = new ResumeFile({
      files: failing,
      random,
      hasher,
      folder,
      id: "id",
      onDamage: ({ code }) => reported.push(code),
    });
    await resume.save(snapshot);
    await expect(resume.append([{ piece: 3, blocks: blocks(1, 2, 3).bytes }])).rejects.toMatchObject({
      code: "storage.full",
    });
    fails = false;
    await resume.append([{ piece: 4, blocks: undefined }]);
    expect([...((await load(resume))?.progress?.have.ones() ?? [])]).toEqual([1, 2, 4]);
    expect(reported).toEqual([]);
    await resume.close();
  });

  it("never throws for a snapshot or journal cut anywhere", async () => {
    const { resume, folder } = await open();
    await resume.save(snapshot);
    await resume.append([{ piece: 3, blocks: undefined }]);
    await resume.close();
    const [state, journal] = await Promise.all([
      readFile(join(folder, "id.resume")),
      readFile(join(folder, "id.journal")),
    ]);
    for (let cut = 0; cut < state.length; cut += 7) {
      await writeFile(join(folder, "id.resume"), state.subarray(0, cut));
      expect(await load(resume)).toBeUndefined();
    }
    await writeFile(join(folder, "id.resume"), state);
    for (let cut = 0; cut < journal.length; cut++) {
      await writeFile(join(folder, "id.journal"), journal.subarray(0, cut));
      expect((await load(resume))?.progress?.have.get(3)).toBe(false);
    }
  });
});
