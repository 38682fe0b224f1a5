import { randomBytes } from "node:crypto";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { afterEach } from "vitest";
// Imported first: its hook runs last, when no program uses the folders any more.
import "./temp-folder.ts";
import {
  Client,
  type AddOptions,
  type ClientOptions,
  type Torrent,
  type TorrentSource,
  type TorrentState,
} from "../../src/index.ts";
import { createTorrent, type CreateOptions } from "../../src/creation/index.ts";
import type { Metainfo } from "../../src/metainfo/index.ts";
import { nodeRuntime } from "../../src/runtime/node/index.ts";
import { eventually } from "./process.ts";
import { sha256 } from "./real-clients.ts";

const open = new Set<Client>();

afterEach(async () => {
  const clients = [...open];
  open.clear();
  await Promise.all(clients.map((client) => client.close()));
});

/** Our client on a free port of loopback, closed after the test. */
export function newClient(downloadDir: string, options: ClientOptions = {}): Client {
  const client = new Client({ downloadDir, port: 0, ...options });
  open.add(client);
  return client;
}

export interface TestTorrent {
  /** The torrent file. */
  readonly file: string;
  readonly metainfo: Metainfo;
}

/** Writes `<path>.torrent` beside a file or folder. */
export async function torrentOf(path: string, options: Omit<CreateOptions, "path"> = {}): Promise<TestTorrent> {
  const runtime = nodeRuntime();
  try {
    const { bytes, metainfo } = await createTorrent(runtime, { path, ...options });
    const file = `${path}.torrent`;
    await writeFile(file, bytes);
    return { file, metainfo };
  } finally {
    await runtime.close();
  }
}

/** Writes files of random bytes, folders included. `lengths`: by path relative to `folder`. */
export async function writeRandom(folder: string, lengths: Readonly<Record<string, number>>): Promise<void> {
  for (const [name, length] of Object.entries(lengths)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, randomBytes(length));
  }
}

/** SHA-256 of every file below a folder, by relative path, without the state of clients (`.millrace`). */
export async function sums(folder: string): Promise<Record<string, string>> {
  const found: [string, string][] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path);
    if (entry.isFile() && name.split("/")[0] !== ".millrace") found.push([name, await sha256(path)]);
  }
  return Object.fromEntries(found.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Adds a torrent and records its events from the first on. */
export async function addWatched(
  client: Client,
  source: TorrentSource,
  options: AddOptions = {},
): Promise<{ readonly torrent: Torrent; readonly states: TorrentState[] }> {
  const torrent = await client.add(source, { ...options, paused: true });
  const states: TorrentState[] = [];
  torrent.on("state", (state) => states.push(state));
  torrent.done.catch(() => undefined);
  torrent.resume();
  return { torrent, states };
}

/** Whether data was hashed in a check: a torrent that opens passes through `checking` without hashing, too. */
export function didCheck(states: readonly TorrentState[]): boolean {
  return states.some((state) => state.kind === "checking" && state.checked > 0);
}

export async function reaches(torrent: Torrent, kind: TorrentState["kind"]): Promise<TorrentState> {
  return eventually(
    `${torrent.name} is ${kind} (it is ${torrent.state.kind})`,
    () => torrent.state.kind === kind && torrent.state,
  );
}

/** Resolves when at least that share of the wanted data is downloaded. */
export async function hasPart(torrent: Torrent, part: number): Promise<void> {
  await eventually(
    `${torrent.name} has ${part} of its data`,
    () => torrent.status().state.kind === "downloading" && torrent.status().progress >= part,
  );
}

/** The number of downloaded pieces. */
export function pieceCount(torrent: Torrent): number {
  return [...(torrent.pieces() ?? [])].reduce((sum, byte) => sum + byte.toString(2).replaceAll("0", "").length, 0);
}

export interface Scene {
  /** The seeded data. */
  readonly seedDir: string;
  /** An empty folder. */
  readonly dir: string;
  readonly torrent: TestTorrent;
  /** `HOST:PORT` of the seeder. */
  readonly peer: string;
  readonly seeder: Client;
}

/** Our client as a seeder of random files. One file is a single-file torrent, several are a folder. */
export async function seeded(
  folder: string,
  lengths: Readonly<Record<string, number>>,
  options: { readonly pieceLength?: number; readonly rate?: number } = {},
): Promise<Scene> {
  const [seedDir, dir] = [join(folder, "seed"), join(folder, "leech")];
  await mkdir(dir, { recursive: true });
  const names = Object.keys(lengths);
  const [only] = names;
  const isSingle = names.length === 1 && only !== undefined && !only.includes("/");
  const content = isSingle ? seedDir : join(seedDir, "content");
  await writeRandom(content, lengths);
  const torrent = await torrentOf(
    isSingle ? join(seedDir, only) : content,
    options.pieceLength === undefined ? {} : { pieceLength: options.pieceLength },
  );
  const seeder = newClient(seedDir, { maxUploadRate: options.rate });
  const seed = await seeder.add(torrent.file);
  await seed.done;
  return { seedDir, dir, torrent, seeder, peer: `127.0.0.1:${seeder.port}` };
}

/** SHA-256 of the files of a {@link Scene}, by path relative to the download folder. */
export async function seededSums(scene: Scene): Promise<Record<string, string>> {
  return Object.fromEntries(Object.entries(await sums(scene.seedDir)).filter(([name]) => !name.endsWith(".torrent")));
}
