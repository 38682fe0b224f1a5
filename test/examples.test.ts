import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const examples = readdirSync(`${root}examples`).filter((name) => name.endsWith(".mjs"));

/** A line that each must print: the exit status alone is not enough. */
const EXPECTED: Readonly<Record<string, RegExp>> = {
  "bencode.mjs": /info/,
  "download.mjs": /the same as the original/,
  "metainfo.mjs": /magnet:\?/,
  "talk-to-a-peer.mjs": /sha1 [0-9a-f]{40}: right/,
  "tracker.mjs": /peers: 127\.0\.0\.1:6881/,
  "wire.mjs": /handshake/,
};

describe("examples", () => {
  it.each(examples)("%s runs", async (name) => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [`examples/${name}`], {
      cwd: root,
      timeout: 60_000,
    });
    expect(stderr).toBe("");
    expect(stdout).toMatch(EXPECTED[name] ?? /never: an example needs a line above/);
  });
});
