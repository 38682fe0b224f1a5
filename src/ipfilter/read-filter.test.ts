import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { tempFolder } from "../../test/support/temp-folder.ts";
import { nodeRuntime } from "../runtime/node/index.ts";
import { IpFilterParser } from "./ip-filter.ts";
import { MAX_RANGES } from "./limits.ts";
import { readFilter } from "./read-filter.ts";

// Compressed by another implementation, and read from real files.
const runtime = nodeRuntime();
afterAll(() => runtime.close());

async function read(bytes: Uint8Array): Promise<IpFilterParser> {
  const path = join(await tempFolder(), "filter");
  await writeFile(path, bytes);
  const parser = new IpFilterParser();
  await readFilter(runtime.files, path, parser);
  return parser;
}

describe("readFilter", () => {
  it("decompresses gzip", async () => {
    const lines = Array.from(
      { length: 50_000 },
      (_, n) => `name ${n}:10.${n >> 8}.${n & 255}.0-10.${n >> 8}.${n & 255}.9`,
    );
    const filter = (await read(gzipSync(lines.join("\n")))).end();
    expect([filter.size, filter.ignoredLines]).toEqual([50_000, 0]);
    expect(["10.195.79.9", "10.195.79.10"].map((ip) => filter.blocks(ip))).toEqual([true, false]);
  });

  it.each([
    ["data that is no gzip", Uint8Array.of(0x1f, 0x8b, 8, 0, 1, 2, 3)],
    ["gzip that ends early", gzipSync("5.5.5.5\n").subarray(0, 20)],
  ])("rejects %s", async (_, bytes) => {
    await expect(read(bytes)).rejects.toMatchObject({ code: "ipfilter.gzip" });
  });

  it("refuses more ranges than the limit, from a small gzip file, too", async () => {
    await expect(read(gzipSync("1.1.1.1\n".repeat(MAX_RANGES + 1)))).rejects.toMatchObject({
      code: "ipfilter.too-many",
    });
  });
});
