import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { material, millrace, start } from "./command-line.ts";

/** What somebody meets who has read nothing but the README. */
describe("millrace create", () => {
  it("leaves out what a seed has left beside the data", async () => {
    const { folder, torrent } = await material(100_000);
    const seed = start("seed", torrent, "--dir", join(folder, "seed"), "--port", "0", "--json");
    await seed.until("ready");
    await seed.program.stop("SIGINT");
    expect(await readdir(join(folder, "seed"))).toEqual([".millrace", "data.bin"]);
    const made = await millrace("create", join(folder, "seed"), "--out", join(folder, "seed.torrent"), "--json");
    expect(JSON.parse(made.stdout)).toMatchObject({ files: [{ path: "data.bin", length: 100_000 }] });
  });
});
