import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { concatBytes } from "../../src/base/index.ts";
import { createTorrent } from "../../src/creation/index.ts";
import { importTorrents, type ImportOutcome } from "../../src/daemon/index.ts";
import { readProfile, type ForeignClient } from "../../src/profiles/index.ts";
import { nodeRuntime } from "../../src/runtime/node/index.ts";
import { settle } from "../support/imported-session.ts";
import { MemorySource } from "../support/memory-source.ts";
import { freePort, Program } from "../support/process.ts";
import { because, missing, PYTHON, type DebianPackage } from "../support/programs.ts";
import { tempFolder } from "../support/temp-folder.ts";

const PIECE = 16_384;
const COUNT = 20;
const runtime = nodeRuntime();

interface Made {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly paused: boolean;
  readonly skip: readonly number[];
  /** The bytes of the complete pieces on disk. */
  readonly done: number;
}

/** Torrents of two files: every third complete, partial, or with the second file deselected; every second paused. */
async function torrents(root: string): Promise<Made[]> {
  const made: Made[] = [];
  for (let n = 0; n < COUNT; n++) {
    const name = `torrent ${n}`;
    const [a, b] = [runtime.random.bytes(5 * PIECE + 100 * n + 1), runtime.random.bytes(3 * PIECE)];
    const source = new MemorySource({ [`/t/${name}/a`]: a, [`/t/${name}/b`]: b });
    const options = {
      path: `/t/${name}`,
      version: "v1",
      pieceLength: PIECE,
      trackers: [["http://127.0.0.1:1/a"]],
    } as const;
    const { bytes, metainfo } = await createTorrent(source, options);
    const kind = (["full", "half", "some"] as const)[n % 3] ?? "full";
    const put = async (path: string, content: Uint8Array): Promise<void> => {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    };
    const path = join(root, "torrents", `${n}.torrent`);
    await put(path, bytes);
    const half = concatBytes([a.subarray(0, 2 * PIECE), new Uint8Array(a.length - 2 * PIECE)]);
    await put(join(root, "data", name, "a"), kind === "half" ? half : a);
    if (kind === "full") await put(join(root, "data", name, "b"), b);
    made.push({
      id: metainfo.id.hex,
      name,
      path,
      paused: n % 2 === 1,
      skip: kind === "some" ? [1] : [],
      done: { full: a.length + b.length, half: 2 * PIECE, some: 5 * PIECE }[kind],
    });
  }
  return made;
}

const clients: readonly [ForeignClient, DebianPackage, profile: string][] = [
  ["transmission", "transmission-daemon", ""],
  ["qbittorrent", "qbittorrent-nox", ""],
  ["deluge", "deluged", ""],
  ["rtorrent", "rtorrent", "session"],
];

for (const [client, needed, folder] of clients) {
  const lacking = missing(needed);
  describe.skipIf(lacking.length > 0)(`import from ${client}${because(lacking)}`, () => {
    it(`takes over ${COUNT} torrents with equal progress and 0 bytes hashed, and finds a changed file`, async () => {
      const root = await tempFolder();
      const home = join(root, "home");
      await mkdir(home);
      const made = await torrents(root);
      const ports = [await freePort(), await freePort()];
      const script = new URL("../support/make_profile.py", import.meta.url).pathname;
      const task = { client, home, dir: join(root, "data"), ports, torrents: made };
      const program = new Program(PYTHON, [script, JSON.stringify(task)]);
      let printed = "";
      program.lines((line) => {
        printed = line;
      });
      if ((await program.exit()) !== 0) throw program.failure("failed");
      expect(JSON.parse(printed)).toEqual(Object.fromEntries(made.map(({ id, done }) => [id, done])));

      const run = async (state: string): Promise<ImportOutcome[]> => {
        const entries = readProfile(runtime, client, join(home, folder));
        const { signal } = new AbortController();
        const outcomes: ImportOutcome[] = [];
        const stateDir = join(root, state);
        for await (const outcome of importTorrents({
          runtime,
          stateDir,
          entries,
          paused: false,
          dryRun: false,
          signal,
        }))
          outcomes.push(outcome);
        return outcomes;
      };
      const outcomes = await run("state");
      expect(outcomes).toMatchObject(Array.from({ length: COUNT }, () => ({ kind: "imported", check: "none" })));
      const { rows, hashed, paused } = await settle(join(root, "state"), join(root, "downloads"));
      expect(hashed).toBe(0);
      expect(Object.fromEntries(made.map(({ name }) => [name, rows.get(name)?.done]))).toEqual(
        Object.fromEntries(made.map(({ name, done }) => [name, done])),
      );
      expect(paused).toEqual(made.flatMap(({ name, paused: isPaused }) => (isPaused ? [name] : [])).toSorted());

      // The first torrent is complete; a file of it is changed after the client has ended.
      await writeFile(join(root, "data", "torrent 0", "b"), new Uint8Array(3 * PIECE));
      const later = await run("later");
      const changed = later.filter((outcome) => outcome.kind === "imported" && outcome.check !== "none");
      expect(changed).toMatchObject([{ name: "torrent 0", check: "changed" }]);
    });
  });
}
