import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { formatMagnet } from "../../src/metainfo/index.ts";
import { millrace, type Result } from "../cli/command-line.ts";
import { CLIENT_NAMES, CLIENTS, handScene, LENGTH, startClient } from "../support/by-hand.ts";
import { eventually } from "../support/process.ts";
import { because, missing } from "../support/programs.ts";

/**
 * Runs an example until the client accepts the connection: Transmission accepts one connection from an address, and
 * needs a moment to notice that the last one is closed.
 */
async function script(name: string, source: string, ...words: string[]): Promise<Result> {
  const path = fileURLToPath(new URL(`../../examples/console/${name}`, import.meta.url));
  return eventually(`${name} is let in`, async () => {
    const result = await millrace("console", source, "--script", path, ...words);
    return result.stderr.includes("before its handshake") ? undefined : result;
  });
}

describe.each(CLIENT_NAMES)("the console by hand, with %s", (name) => {
  const lacks = missing(...CLIENTS[name].packages);

  it.skipIf(lacks.length > 0)(
    `downloads a piece, checks its hash, asks what the peer can do${because(lacks)}`,
    async () => {
      const scene = await handScene();
      const address = `127.0.0.1:${await startClient(name, scene, "seeder")}`;
      const last = scene.metainfo.pieceCount - 1;
      for (const piece of [0, last]) {
        const { status, stdout, stderr } = await script("download-piece.js", scene.file, address, String(piece));
        expect([status, stderr]).toEqual([0, ""]);
        expect(stdout).toContain(`piece ${piece} is right`);
      }
      const probed = await script("probe-extensions.js", scene.file, address);
      expect([probed.status, probed.stderr]).toEqual([0, ""]);
      expect(probed.stdout).toMatch(/extension: +ut_metadata as \d+/);
    },
  );

  it.skipIf(lacks.length > 0)(`seeds a piece to it${because(lacks)}`, async () => {
    const scene = await handScene();
    const before = await readFile(join(scene.seedDir, "data.bin"));
    const address = `127.0.0.1:${await startClient(name, scene, "leecher")}`;
    const { status, stdout, stderr } = await script(
      "seed-piece.js",
      scene.file,
      "3",
      address,
      "--store",
      "--path",
      scene.seedDir,
    );
    expect([status, stderr, stdout.trimEnd().split("\n").at(-1)]).toEqual([0, "", "piece 3 is given"]);
    expect((await readFile(join(scene.seedDir, "data.bin"))).equals(before)).toBe(true);
  });

  it.skipIf(lacks.length > 0)(`fetches metadata${because(lacks)}`, async () => {
    const scene = await handScene();
    const address = `127.0.0.1:${await startClient(name, scene, "seeder")}`;
    const { status, stdout, stderr } = await script(
      "fetch-metadata.js",
      formatMagnet({ infoHash: scene.metainfo.infoHash }),
      address,
    );
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toContain(`data.bin: ${scene.metainfo.pieceCount} pieces, ${LENGTH} bytes`);
  });
});

describe("the violating peer of the examples", () => {
  it("prints the reaction of our own client to each violation, and the findings of the linter", async () => {
    const scene = await handScene();
    const address = `127.0.0.1:${await startClient("millrace", scene, "seeder")}`;
    const { status, stdout, stderr } = await script("break-rules.js", scene.file, address);
    expect([status, stderr]).toEqual([0, ""]);
    for (const rule of [
      "request.choked",
      "request.piece",
      "pieces.have-range",
      "block.unasked",
      "framing.size",
      "framing.length",
    ])
      expect(stdout).toContain(`    ${rule} (BEP `);
  });
});
