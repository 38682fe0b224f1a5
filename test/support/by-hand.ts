import { join } from "node:path";
import { afterEach } from "vitest";
import type { Metainfo } from "../../src/metainfo/index.ts";
import { newClient, torrentOf, writeRandom } from "./clients.ts";
import { Aria2, Libtorrent, Transmission, type RealClient, type Task } from "./real-clients.ts";
import { tempFolder } from "./temp-folder.ts";

/** Clients to drive by hand, and the Debian packages that they are in. */
export const CLIENTS = {
  libtorrent: { packages: ["python3-libtorrent"], start: (task: Task): Promise<RealClient> => Libtorrent.start(task) },
  transmission: {
    packages: ["transmission-daemon"],
    start: (task: Task): Promise<RealClient> => Transmission.start(task),
  },
  aria2: { packages: ["aria2"], start: (task: Task): Promise<RealClient> => Aria2.start(task) },
  millrace: { packages: [], start: startOwn },
} as const;

export type ClientName = keyof typeof CLIENTS;
export const CLIENT_NAMES: readonly ClientName[] = ["libtorrent", "transmission", "aria2", "millrace"];

export const PIECE_LENGTH = 65_536;
export const LENGTH = 1_000_000;

async function startOwn(task: Task): Promise<RealClient> {
  const client = newClient(task.dir);
  const torrent = await client.add(task.source);
  return { port: client.port, complete: () => torrent.done, stop: () => client.close() };
}

const running: RealClient[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((client) => client.stop()));
});

export interface HandScene {
  readonly folder: string;
  /** The torrent file. */
  readonly file: string;
  readonly metainfo: Metainfo;
  /** Where the data is. */
  readonly seedDir: string;
}

/** Data of {@link LENGTH} bytes and its torrent. */
export async function handScene(): Promise<HandScene> {
  const folder = await tempFolder();
  const seedDir = join(folder, "seed");
  await writeRandom(seedDir, { "data.bin": LENGTH });
  const { file, metainfo } = await torrentOf(join(seedDir, "data.bin"), { pieceLength: PIECE_LENGTH });
  return { folder, file, metainfo, seedDir };
}

/** Starts a client that seeds or downloads the data. Returns its port. It is stopped after the test. */
export async function startClient(
  name: ClientName,
  { folder, file, seedDir }: HandScene,
  role: "seeder" | "leecher",
): Promise<number> {
  const client = await CLIENTS[name].start({
    home: join(folder, "home"),
    source: file,
    dir: role === "seeder" ? seedDir : join(folder, "leech"),
    seed: role === "seeder",
  });
  running.push(client);
  return client.port;
}
