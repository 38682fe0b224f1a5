import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { tempFolder } from "../../../../test/support/temp-folder.ts";
import { historyFile } from "./history.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

function fileAt(path: string): Promise<string | undefined> {
  vi.stubEnv("MILLRACE_HISTORY", path);
  return historyFile();
}

describe("historyFile", () => {
  it("is the named file, and its folder is created", async () => {
    const path = join(await tempFolder(), "a", "b", "history");
    expect(await fileAt(path)).toBe(path);
    await writeFile(path, "");
    expect(await fileAt(path)).toBe(path);
  });

  it("is none when the name is empty, or does not name a regular file", async () => {
    const folder = await tempFolder();
    expect(await fileAt("")).toBeUndefined();
    expect(await fileAt(folder)).toBeUndefined();
    if (process.platform === "win32") return;
    execFileSync("mkfifo", [join(folder, "pipe")]);
    expect(await fileAt(join(folder, "pipe"))).toBeUndefined();
  });

  it.skipIf(!existsSync("/proc/self"))(
    "is none where its folder cannot be created, instead of retrying for ever",
    async () => {
      expect(await fileAt("/proc/millrace/at/all/history")).toBeUndefined();
    },
  );
});
