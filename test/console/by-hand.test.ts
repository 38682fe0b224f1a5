import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { formatMagnet, type Metainfo } from "../../src/metainfo/index.ts";
import { millrace, type Result } from "../cli/command-line.ts";
import { newClient, torrentOf, writeRandom } from "../support/clients.ts";
import { eventually } from "../support/process.ts";
import { because, missing } from "../support/programs.ts";
import { Aria2, Libtorrent, Transmission, type RealClient, type Task } from "../support/real-clients.ts";
import { tempFolder } from "../support/temp-folder.ts";

const PIECE_LENGTH = 65_536;
const LENGTH = 1_000_000;

const clients = {
  libtorrent: { packages: ["python3-libtorrent"], start: (task: Task): Promise<RealClient> => Libtorrent.start(task) },
  transmission: { packages: ["transmission-daemon"], start: (task: Task): Promise<RealClient> => Transmission.start(task) },
  aria2: { packages: ["aria2"], start: (task: Task): Promise<RealClient> => Aria2.start(task) },
  millrace: { packages: [], start: startOwn },
} as const;

async function startOwn(task: Task): Promise<RealClient> {
  const client = newClient(task.dir);
  const torrent = await client.add(task.source);
  return { port: client.port, complete: () => torrent.done, stop: () => client.close() };
}

const running: RealClient[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((client) => client.stop()));
});

const example = (name: string): string => fileURLToPath(new URL(`../../examples/console/${name}`, import.meta.url));

interface Scene {
  readonly folder: string;
  readonly file: string;
  readonly metainfo: Metainfo;
}

async function scene(): Promise<Scene> {
  const folder = await tempFolder();
  await writeRandom(join(folder, "seed"), { "data.bin": LENGTH });
  const { file, metainfo } = await torrentOf(join(folder, "seed", "data.bin"), { pieceLength: PIECE_LENGTH });
  return { folder, file, metainfo };
}

/** Runs a script until the client lets us in: Transmission takes one connection from an address, and needs a moment to notice that the last one is over. */
async function script(name: string, ...args: string[]): Promise<Result> {
  const [source = "", ...words] = args;
  return eventually(`${name} is let in`, async () => {
    const result = await millrace("console", source, "--script", example(name), ...words);
    return result.stderr.includes("before its handshake") ? undefined : result;
  });
}

async function run(name: keyof typeof clients, task: Task): Promise<string> {
  const client = await clients[name].start(task);
  running.push(client);
  return `127.0.0.1:${client.port}`;
}

describe.each(Object.keys(clients) as (keyof typeof clients)[])("the console by hand, with %s", (name) => {
  const { packages } = clients[name];
  const lacks = missing(...packages);

  it.skipIf(lacks.length > 0)(`downloads a piece, checks its hash, asks what the peer can do${because(lacks)}`, async () => {
    const { folder, file, metainfo } = await scene();
    const address = await run(name, { home: join(folder, "home"), source: file, dir: join(folder, "seed"), seed: true });
    const last = metainfo.pieceCount - 1;
    for (const piece of [0, last]) {
      const { status, stdout, stderr } = await script("download-piece.js", file, address, String(piece));
      expect([status, stderr]).toEqual([0, ""]);
      expect(stdout).toContain(`piece ${piece} is right`);
    }
    const probed = await script("probe-extensions.js", file, address);
    expect([probed.status, probed.stderr]).toEqual([0, ""]);
    expect(probed.stdout).toMatch(/extension: +ut_metadata as \d+/);
  });

  it.skipIf(lacks.length > 0)(`seeds a piece to it${because(lacks)}`, async () => {
    const { folder, file } = await scene();
    const address = await run(name, { home: join(folder, "home"), source: file, dir: join(folder, "leech"), seed: false });
    const { status, stdout, stderr } = await millrace("console", file, "--store", "--path", join(folder, "seed"), "--script", example("seed-piece.js"), "3", address);
    expect([status, stderr, stdout.trimEnd().split("\n").at(-1)]).toEqual([0, "", "piece 3 is given"]);
    // What the data is that we seed from must not have been touched.
    expect((await readFile(join(folder, "seed", "data.bin"))).length).toBe(LENGTH);
  });

  it.skipIf(lacks.length > 0)(`fetches metadata${because(lacks)}`, async () => {
    const { folder, file, metainfo } = await scene();
    const address = await run(name, { home: join(folder, "home"), source: file, dir: join(folder, "seed"), seed: true });
    const { status, stdout, stderr } = await millrace("console", formatMagnet({ infoHash: metainfo.infoHash }), "--script", example("fetch-metadata.js"), address);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toContain(`data.bin: ${metainfo.pieceCount} pieces, ${LENGTH} bytes`);
  });
});
