import { describe, expect, it } from "vitest";
import { StorageError } from "../../base/index.ts";
import { digest } from "../../../test/support/stage.ts";
import type { Files } from "../../runtime/index.ts";
import { simWorld } from "../../sim/index.ts";
import { FilePool } from "./file-pool.ts";
import { makingRoom } from "./making-room.ts";
import { SafeFolders } from "./safe-folders.ts";

/** Files that count the open ones. */
function counted(limit = Infinity): {
  readonly files: Files;
  readonly open: () => number;
  readonly opens: () => number;
} {
  const host = simWorld({ digest }).host("10.0.0.1");
  for (const name of "abcdefgh") host.disk.put(`/${name}`, new Uint8Array([1, 2, 3]));
  const { files } = host.runtime;
  let now = 0;
  let ever = 0;
  const counting: Files = Object.create(files, {
    open: {
      value: async (...args: Parameters<Files["open"]>) => {
        if (now >= limit) throw new StorageError("storage.too-many-files", "too many");
        now++;
        const file = await files.open(...args).catch((error: unknown) => {
          now--;
          throw error;
        });
        ever++;
        return {
          ...file,
          close: async () => {
            now--;
            await file.close();
          },
        };
      },
    },
  }) as Files;
  for (const key of ["stat", "linkStat", "realPath", "makeFolder"] as const)
    Object.defineProperty(counting, key, { value: files[key].bind(files) });
  return { files: counting, open: () => now, opens: () => ever };
}

const read = (pool: FilePool, path: string): Promise<number> =>
  pool.use(path, "read", (file) => file.read(new Uint8Array(3), 0));

describe("FilePool", () => {
  it("keeps the most recently used files open, up to its bound", async () => {
    const { files, open, opens } = counted();
    const pool = new FilePool(files, 3);
    for (const name of ["a", "b", "c", "a", "d", "a"]) expect(await read(pool, `/${name}`)).toBe(3);
    expect([pool.size, open(), opens()]).toEqual([3, 3, 4]);
    await read(pool, "/b");
    expect(opens()).toBe(5);
    await pool.close();
    expect([pool.size, open()]).toEqual([0, 0]);
  });

  it("opens a file once for many users, and never closes one in use", async () => {
    const { files, open, opens } = counted();
    const pool = new FilePool(files, 1);
    let finish: () => void = () => undefined;
    const using = pool.use("/a", "read", async (file) => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return file.read(new Uint8Array(3), 0);
    });
    await Promise.all([read(pool, "/a"), read(pool, "/a")]);
    expect(opens()).toBe(1);
    await read(pool, "/b");
    const released = pool.release(["/a"]);
    expect(open()).toBeGreaterThan(0);
    finish();
    expect(await using).toBe(3);
    await released;
    await pool.close();
    expect(open()).toBe(0);
  });

  it("closes an idle file when the system allows no more, and fails only when all are in use", async () => {
    const { files, open } = counted(3);
    const pool = new FilePool(files);
    for (const name of "abcdefgh") expect(await read(pool, `/${name}`)).toBe(3);
    expect(open()).toBe(3);
    expect(await Promise.all(["a", "b", "c"].map((name) => read(pool, `/${name}`)))).toEqual([3, 3, 3]);
    const finish: (() => void)[] = [];
    const using = ["a", "b", "c"].map((name) =>
      pool.use(`/${name}`, "read", () => new Promise<void>((resolve) => finish.push(resolve))),
    );
    while (finish.length < 3) await Promise.resolve();
    await expect(read(pool, "/d")).rejects.toMatchObject({ code: "storage.too-many-files" });
    for (const end of finish) end();
    await Promise.all(using);
    expect(await read(pool, "/d")).toBe(3);
    expect(await pool.closeIdle(Infinity)).toBe(true);
    expect(open()).toBe(0);
    expect(await pool.closeIdle(Infinity)).toBe(false);
  });

  it("reads through a file that is open for writing, and retries a file that could not be opened", async () => {
    const { files, opens } = counted();
    const pool = new FilePool(files);
    await expect(read(pool, "/new")).rejects.toMatchObject({ code: "storage.not-found" });
    await pool.use("/new", "write", (file) => file.write(new Uint8Array([7]), 0));
    expect([await read(pool, "/new"), opens()]).toEqual([1, 1]);
    await pool.close();
  });
});

describe("makingRoom", () => {
  it("closes idle files when another is opened, and fails when there is none", async () => {
    const { files, open } = counted(3);
    const pool = new FilePool(files);
    const roomy = makingRoom(files, pool);
    for (const name of ["a", "b", "c"]) await read(pool, `/${name}`);
    const opened = await roomy.open("/d", "read");
    expect([open(), pool.size]).toEqual([3, 2]);
    const others = [await roomy.open("/e", "read"), await roomy.open("/f", "read")];
    expect([open(), pool.size]).toEqual([3, 0]);
    await expect(roomy.open("/g", "read")).rejects.toMatchObject({ code: "storage.too-many-files" });
    for (const file of [opened, ...others]) await file.close();
    expect(open()).toBe(0);
  });
});

describe("SafeFolders", () => {
  const host = simWorld({ digest }).host("10.0.0.1");
  host.disk.put("/outside/secret", new Uint8Array(1));
  host.disk.put("/data/inside/file", new Uint8Array(1));
  host.disk.link("/data/out", "/outside");
  host.disk.link("/data/in", "/data/inside");
  host.disk.link("/data/to-file", "/outside/secret");
  host.disk.link("/data/nowhere", "/outside/not-yet");
  const { files } = host.runtime;

  it.each(["/data/new/deep/file", "/data/in/file", "/data/inside/new", "/data/top"])(
    "creates the folders above %s",
    async (path) => {
      await new SafeFolders(files, "/data").make(path);
      expect((await files.stat(path.slice(0, path.lastIndexOf("/"))))?.kind).toBe("folder");
    },
  );

  it.each(["/data/out/file", "/data/out/new/file", "/data/to-file", "/data/nowhere"])(
    "refuses %s, which leads outside, and creates nothing",
    async (path) => {
      await expect(new SafeFolders(files, "/data").make(path)).rejects.toMatchObject({ code: "storage.outside" });
      expect(host.disk.paths().filter((each) => each.startsWith("/outside"))).toEqual(["/outside/secret"]);
      expect((await files.list("/outside")).length).toBe(1);
    },
  );

  it("refuses a folder in the place of a file", async () => {
    await expect(new SafeFolders(files, "/data").make("/data/inside")).rejects.toMatchObject({
      code: "storage.is-a-folder",
    });
  });
});
