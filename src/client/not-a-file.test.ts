import { execFileSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makePlay } from "../../test/support/stage.ts";
import { tempFolder } from "../../test/support/temp-folder.ts";
import { nodeRuntime } from "../runtime/node/index.ts";
import { Client } from "./client.ts";

describe.skipIf(process.platform === "win32")("Torrent with something else in the place of a file", () => {
  it.each([
    // Small files are read on the main thread, large ones hashed on another.
    ["a pipe", 1_000, "storage.not-a-file"],
    ["a pipe, large", 40_000_000, "storage.not-a-file"],
    ["a folder", 1_000, "storage.is-a-folder"],
    ["a folder, large", 40_000_000, "storage.is-a-folder"],
  ])("%s: fails with a reason, and closes", async (what, length, code) => {
    const { metainfo } = await makePlay({ "one.bin": length });
    const folder = await tempFolder();
    const path = join(folder, "one.bin");
    if (what.startsWith("a pipe")) execFileSync("mkfifo", [path]);
    else await mkdir(path);
    const runtime = nodeRuntime({ hashThreads: 1 });
    const client = new Client({ runtime, downloadDir: folder, port: false, trackers: false });
    try {
      const torrent = await client.add(metainfo);
      await expect(torrent.done).rejects.toMatchObject({ code, fields: { path } });
      expect(torrent.state.kind).toBe("failed");
    } finally {
      await client.close();
      await runtime.close();
    }
  });
});
