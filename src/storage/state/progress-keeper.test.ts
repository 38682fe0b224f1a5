import { describe, expect, it } from "vitest";
import { FakeClock } from "../../../test/support/tracker-fakes.ts";
import { tempFolder } from "../../../test/support/temp-folder.ts";
import { Bitfield, StorageError } from "../../base/index.ts";
import { FileLayout } from "../../metainfo/index.ts";
import { nodeRuntime } from "../../runtime/node/index.ts";
import { MemoryStorage } from "../memory-storage.ts";
import { ProgressKeeper } from "./progress-keeper.ts";
import { ResumeFile } from "./resume.ts";

const { files, random, hasher } = nodeRuntime();
const PIECES = 8;
const layout = new FileLayout(
  [
    {
      path: ["a"],
      length: PIECES * 32_768,
      isPadding: false,
      isExecutable: false,
      isHidden: false,
      symlinkPath: undefined,
      piecesRoot: undefined,
    },
  ],
  32_768,
);

/** Fails to synchronise `refusals` times. */
class StubbornStorage extends MemoryStorage {
  refusals = 0;
  synced = 0;

  override async sync(): Promise<void> {
    if (this.refusals-- > 0) throw new StorageError("storage.full", "no space");
    this.synced++;
    await super.sync();
  }
}

async function stage(): Promise<{
  keeper: ProgressKeeper;
  storage: StubbornStorage;
  resume: ResumeFile;
  failures: unknown[];
  clock: FakeClock;
  claimed: () => Promise<number[]>;
}> {
  const folder = await tempFolder();
  const resume = new ResumeFile({ files, random, hasher, folder, id: "id" });
  await resume.save({ progress: { have: new Bitfield(PIECES), partials: new Map() }, stamps: [], extra: new Map() });
  const storage = new StubbornStorage(layout);
  const failures: unknown[] = [];
  const clock = new FakeClock();
  const keeper = new ProgressKeeper(clock, storage, resume, (error) => failures.push(error));
  const claimed = async (): Promise<number[]> => [
    ...((await resume.load(PIECES, () => 2))?.progress?.have.ones() ?? []),
  ];
  return { keeper, storage, resume, failures, clock, claimed };
}

describe("ProgressKeeper", () => {
  it("records nothing before the data is durable", async () => {
    const { keeper, storage, resume, claimed } = await stage();
    keeper.piece(3);
    expect(await claimed()).toEqual([]);
    await keeper.flush();
    expect([storage.synced, await claimed()]).toEqual([1, [3]]);
    await keeper.close();
    await resume.close();
  });

  it("a failed flush loses nothing: the next one records it", async () => {
    const { keeper, storage, resume, claimed } = await stage();
    storage.refusals = 1;
    keeper.piece(1);
    await expect(keeper.flush()).rejects.toMatchObject({ code: "storage.full" });
    expect(await claimed()).toEqual([]);
    keeper.piece(2);
    await keeper.flush();
    expect(await claimed()).toEqual([1, 2]);
    await keeper.close();
    await resume.close();
  });

  it("reports a failing disk once, and again when it fails after a success", async () => {
    const { keeper, storage, resume, failures, clock } = await stage();
    const settle = async (ms: number): Promise<void> => {
      await clock.advance(ms);
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    };
    storage.refusals = 5;
    keeper.piece(1);
    for (let n = 0; n < 4; n++) await settle(10_000);
    expect(failures).toHaveLength(1);
    storage.refusals = 0;
    await keeper.flush();
    storage.refusals = 1;
    keeper.piece(2);
    await settle(10_000);
    expect(failures).toHaveLength(2);
    await keeper.close();
    await resume.close();
  });

  it("synchronises once for all notes, and not at all without notes", async () => {
    const { keeper, storage, resume } = await stage();
    await keeper.flush();
    for (let piece = 0; piece < PIECES; piece++) keeper.piece(piece);
    await keeper.flush();
    await keeper.flush();
    expect(storage.synced).toBe(1);
    await keeper.close();
    await resume.close();
  });

  it("records blocks of an unfinished piece as they were when noted", async () => {
    const { keeper, resume } = await stage();
    const blocks = new Bitfield(2);
    blocks.set(0);
    keeper.partial(5, blocks);
    blocks.set(1);
    await keeper.flush();
    const loaded = await resume.load(PIECES, () => 2);
    expect([...(loaded?.progress?.partials.get(5)?.ones() ?? [])]).toEqual([0]);
    await keeper.close();
    await resume.close();
  });
});
