import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lockFolder } from "./lock.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-lock-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("lockFolder", () => {
  it("keeps a folder for one, by whatever name, and leaves nothing behind", async () => {
    const release = await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toMatchObject({ code: "daemon.running" });
    await expect(lockFolder(folder)).rejects.toThrow(String(process.pid));
    await symlink(folder, `${folder}.link`);
    await expect(lockFolder(`${folder}.link`)).rejects.toMatchObject({ code: "daemon.running" });
    await rm(`${folder}.link`);
    await release();
    expect(await readdir(folder)).toEqual([]);
    const again = await lockFolder(folder);
    await again();
  });

  it("creates the folder, and fails when it cannot", async () => {
    const release = await lockFolder(join(folder, "a/b"));
    await release();
    expect(await readdir(join(folder, "a/b"))).toEqual([]);
    await writeFile(join(folder, "file"), "");
    await expect(lockFolder(join(folder, "file"))).rejects.toMatchObject({ code: "daemon.state" });
  });

  it("makes the folder for its user alone", async () => {
    const release = await lockFolder(join(folder, "a/b"));
    await release();
    expect((await stat(join(folder, "a/b"))).mode & 0o777).toBe(0o700);
  });

  it.skipIf(!existsSync("/proc/self"))(
    "says so where a file system has no such place, instead of trying for ever",
    async () => {
      await expect(lockFolder("/proc/millrace/state")).rejects.toMatchObject({ code: "daemon.state" });
    },
  );

  it("is taken by one of many processes", async () => {
    const tries = await Promise.allSettled(Array.from({ length: 20 }, () => lockFolder(folder)));
    const got = tries.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    expect(got).toHaveLength(1);
    await got[0]?.();
  });

  it("is free again when its holder was killed", async () => {
    const program = `import { lockFolder } from ${JSON.stringify(new URL("../../dist/daemon/lock.js", import.meta.url).href)}; await lockFolder(${JSON.stringify(folder)}); console.log("held"); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    await expect(lockFolder(folder)).rejects.toThrow(`process ${child.pid}`);
    child.kill("SIGKILL");
    await once(child, "exit");
    const release = await lockFolder(folder);
    await release();
  });
});
