import { beforeAll, describe, expect, it } from "vitest";
import { StorageError } from "../../base/index.ts";
import { asInt, type BDict } from "../../bencode/index.ts";
import { simWorld, type SimHost, type World } from "../../sim/index.ts";
import { FilePool, MAX_OPEN_FILES } from "../../storage/index.ts";
import { digest, makePlay, type Play } from "../../../test/support/stage.ts";
import { Content } from "./content.ts";

const PIECE = 65_536;
const PIECES = 8;

let play: Play;
beforeAll(async () => {
  play = await makePlay({ "one.bin": PIECE * PIECES }, PIECE);
});

interface Scene {
  /** Whether the caller sets `skipCheck`. */
  skipCheck: boolean;
  readonly world: World;
  readonly host: SimHost;
  readonly failures: unknown[];
  /** Codes of the warnings. */
  readonly notices: string[];
  /** The `extra` values. */
  counted: number;
  open(): Promise<Content>;
  /** Writes a piece as a download does. */
  write(content: Content, piece: number): Promise<void>;
  /** The same; resolves when it is durable and recorded. */
  store(content: Content, piece: number): Promise<void>;
}

function setUp(seed = 1): Scene {
  const world = simWorld({ seed, digest });
  const host = world.host("10.0.0.1");
  const { metainfo } = play;
  const bytes = play.files.get("one.bin") ?? new Uint8Array();
  const failures: unknown[] = [];
  const notices: string[] = [];
  const scene: Scene = {
    world,
    host,
    failures,
    notices,
    counted: 0,
    skipCheck: false,
    open: () =>
      world.settled(
        Content.open({
          runtime: host.runtime,
          pool: new FilePool(host.runtime.files, MAX_OPEN_FILES),
          metainfo,
          folder: "/data",
          stateFolder: "/state",
          storage: undefined,
          allocation: undefined,
          priorities: ["normal"],
          skipCheck: scene.skipCheck,
          forceCheck: false,
          known: undefined,
          hadData: false,
          acceptLoss: false,
          acceptForeign: true,
          cutsLonger: false,
          onNotice: (error) => notices.push(error.code),
          extra: () => ({ counted: scene.counted }),
          onKept: (extra: BDict) => {
            scene.counted = asInt(extra.get("counted")) ?? -1;
          },
          onChecking: () => undefined,
          onKeepFailure: (error) => failures.push(error),
          signal: new AbortController().signal,
        }),
        10_000,
      ),
    write: async (content, piece) => {
      await content.storage.write(piece * PIECE, [bytes.subarray(piece * PIECE, (piece + 1) * PIECE)]);
      content.have.set(piece);
      content.keeper?.piece(piece);
    },
    store: async (content, piece) => {
      await scene.write(content, piece);
      await content.keeper?.flush();
    },
  };
  return scene;
}

/** The pieces in the state, and those of them whose data is missing. */
function claims({ host }: Scene, content: Content): { readonly claimed: number[]; readonly lies: number[] } {
  const data = host.disk.get("/data/one.bin") ?? new Uint8Array();
  const claimed = [...content.have.ones()];
  const isRight = (piece: number): boolean =>
    Buffer.compare(
      digest("sha1", data.subarray(piece * PIECE, (piece + 1) * PIECE)),
      play.metainfo.pieceHash(piece),
    ) === 0;
  return { claimed, lies: claimed.filter((piece) => !isRight(piece)) };
}

const MOMENTS = Array.from({ length: 24 }, (_, index) => index * 5);

describe("Content.open with skipCheck", () => {
  it.each(["kept", "damaged"])(
    "has only stored pieces when the state of an earlier run is %s, although files have their full length",
    async (state) => {
      const scene = setUp();
      const { world, host } = scene;
      scene.skipCheck = true;
      const content = await scene.open();
      await world.settled(scene.store(content, 0), 1_000);
      expect(host.disk.get("/data/one.bin")?.length).toBe(play.files.get("one.bin")?.length);
      host.crash();
      const kept = host.disk.paths().filter((path) => path.startsWith("/state/"));
      if (state === "damaged") for (const path of kept) host.disk.put(path, new Uint8Array([120]));
      expect(claims(scene, await scene.open())).toEqual({ claimed: [0], lies: [] });
    },
  );
});

describe("Content.checkpoint", () => {
  it.each(MOMENTS)("records no unsynchronised piece when the power fails %i ms after it began", async (ms) => {
    const scene = setUp(ms);
    const { world, host } = scene;
    const content = await scene.open();
    await world.settled(scene.store(content, 0), 1_000);
    host.disk.latencyMs = 10;
    await world.settled(scene.write(content, 1), 1_000);
    const saving = content.checkpoint(new Map());
    await world.run(ms);
    const late = Promise.all([2, 3, 4, 5].map((piece) => scene.write(content, piece)));
    await world.settled(Promise.all([saving, late]), 1_000);
    host.crash();
    host.disk.latencyMs = 0;
    expect(claims(scene, await scene.open())).toEqual({ claimed: [0, 1], lies: [] });
  });

  it.each(MOMENTS)("keeps pieces made durable from %i ms after it began, when the power fails later", async (ms) => {
    const scene = setUp(ms);
    const { world, host } = scene;
    const content = await scene.open();
    await world.settled(scene.store(content, 0), 1_000);
    // Slow for the snapshot, fast for the writes meanwhile.
    host.disk.latencyMs = 50;
    const saving = content.checkpoint(new Map());
    await world.run(ms);
    host.disk.latencyMs = 1;
    await world.settled(Promise.all([scene.store(content, 1), saving]), 1_000);
    host.crash();
    host.disk.latencyMs = 0;
    expect(claims(scene, await scene.open())).toEqual({ claimed: [0, 1], lies: [] });
  });

  it("continues with the old journal when the snapshot cannot be written", async () => {
    const scene = setUp();
    const { world, host, failures } = scene;
    const content = await scene.open();
    await world.settled(scene.store(content, 0), 1_000);
    host.disk.fault = (operation, path) =>
      operation === "write" && path.endsWith(".resume") ? new StorageError("storage.full", "no space") : undefined;
    await world.settled(content.checkpoint(new Map()), 1_000);
    expect(failures).toMatchObject([{ code: "storage.full" }]);
    expect(content.journalLength).toBe(0);
    host.disk.fault = undefined;
    await world.settled(scene.store(content, 1), 1_000);
    expect(content.journalLength).toBeGreaterThan(0);
    host.crash();
    expect(claims(scene, await scene.open())).toEqual({ claimed: [0, 1], lies: [] });
  });
});

describe("Content.close", () => {
  /** Closes, and returns the number of state files written. */
  async function close({ world, host }: Scene, content: Content): Promise<number> {
    let writes = 0;
    host.disk.fault = (operation, path) => {
      if (operation === "write" && path.startsWith("/state")) writes++;
      return undefined;
    };
    await world.settled(content.close(new Map()), 1_000);
    host.disk.fault = undefined;
    return writes;
  }

  async function complete(): Promise<Scene> {
    const scene = setUp();
    scene.host.disk.put("/data/one.bin", play.files.get("one.bin") ?? new Uint8Array());
    expect(await close(scene, await scene.open())).toBe(1);
    return scene;
  }

  it("writes nothing when the kept state is the same", async () => {
    const scene = await complete();
    const content = await scene.open();
    expect(await close(scene, content)).toBe(0);
    expect((await scene.open()).have.isFull).toBe(true);
  });

  it("writes the extra values when they have changed", async () => {
    const scene = await complete();
    const content = await scene.open();
    scene.counted = 77;
    expect(await close(scene, content)).toBe(1);
    scene.counted = 0;
    await scene.open();
    expect(scene.counted).toBe(77);
  });

  it.each(["taken away", "damaged"])("writes state again that was %s meanwhile", async (what) => {
    const scene = await complete();
    const content = await scene.open();
    const path = scene.host.disk.paths().find((each) => each.endsWith(".resume")) ?? "";
    if (what === "damaged") scene.host.disk.put(path, (scene.host.disk.get(path) ?? new Uint8Array()).fill(0, 20));
    else await scene.host.runtime.files.removeFile(path);
    expect(await close(scene, content)).toBe(1);
  });

  it("writes the stamps when they have changed", async () => {
    const scene = await complete();
    const content = await scene.open();
    scene.host.disk.put("/data/one.bin", play.files.get("one.bin") ?? new Uint8Array(), 5_000);
    expect(await close(scene, content)).toBe(1);
  });
});
