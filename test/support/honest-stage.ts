import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import http from "node:http";
import { join } from "node:path";
import { afterEach } from "vitest";
import { packEndpoint } from "../../src/base/index.ts";
import { encode } from "../../src/bencode/index.ts";
import { createTorrent } from "../../src/creation/index.ts";
import { nodeRuntime } from "../../src/runtime/node/index.ts";
import { newClient } from "./clients.ts";
import { Eavesdropper } from "./eavesdropper.ts";
import { freePort } from "./process.ts";
import { Aria2, Libtorrent, Transmission, type RealClient } from "./real-clients.ts";
import { tempFolder } from "./temp-folder.ts";

export const LENGTH = 5_000_000;
export const PIECE_LENGTH = 65_536;

export const names = ["libtorrent", "transmission", "aria2", "millrace"] as const;
export type Name = (typeof names)[number];
export const packages = {
  libtorrent: ["python3-libtorrent"],
  transmission: ["transmission-daemon"],
  aria2: ["aria2"],
  millrace: [],
} as const;

const servers: http.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A tracker that returns one peer to every client: the way to make aria2 dial an address. */
async function trackerOf(port: () => number): Promise<string> {
  const server = http.createServer((_request, response) => {
    response.end(encode({ interval: 1800, peers: packEndpoint({ ip: "127.0.0.1", port: port() }) }));
  });
  servers.push(server);
  const own = await freePort();
  await new Promise<void>((resolve) => {
    server.listen(own, "127.0.0.1", resolve);
  });
  return `http://127.0.0.1:${own}/announce`;
}

export interface HonestStage {
  readonly folder: string;
  readonly seedDir: string;
  readonly leechDir: string;
  /** The torrent file, which names no tracker. */
  readonly file: string;
  /** The same torrent with a tracker that returns the proxy. */
  readonly trackedFile: string;
  readonly tracker: string;
  readonly infoHash: string;
  readonly pipe: Eavesdropper;
  /** The target of the proxy. */
  target: number;
}

export async function honestStage(knowsTorrent = true): Promise<HonestStage> {
  const folder = await tempFolder();
  const [seedDir, leechDir] = [join(folder, "seed"), join(folder, "leech")];
  await Promise.all([mkdir(seedDir), mkdir(leechDir)]);
  const path = join(seedDir, "data.bin");
  await writeFile(path, randomBytes(LENGTH));
  const runtime = nodeRuntime();
  const { bytes, metainfo } = await createTorrent(runtime, { path, pieceLength: PIECE_LENGTH });
  let made: HonestStage | undefined;
  const pipe = await Eavesdropper.listen(() => made?.target ?? 0, knowsTorrent ? metainfo : undefined);
  const tracker = await trackerOf(() => pipe.port);
  const tracked = await createTorrent(runtime, { path, pieceLength: PIECE_LENGTH, trackers: [[tracker]] });
  await runtime.close();
  const [file, trackedFile] = [join(folder, "data.torrent"), join(folder, "tracked.torrent")];
  await Promise.all([writeFile(file, bytes), writeFile(trackedFile, tracked.bytes)]);
  made = { folder, seedDir, leechDir, file, trackedFile, tracker, infoHash: metainfo.id.hex, pipe, target: 0 };
  return made;
}

/** A client with or without the data, which may dial the proxy. */
export async function start(
  name: Name,
  stage: HonestStage,
  options: { readonly seed: boolean; readonly dials: boolean; readonly magnet?: boolean },
): Promise<RealClient> {
  const { seed, dials } = options;
  const source =
    options.magnet === true
      ? `magnet:?xt=urn:btih:${stage.infoHash}${dials && name === "aria2" ? `&tr=${encodeURIComponent(stage.tracker)}` : ""}`
      : name === "aria2" && dials
        ? stage.trackedFile
        : stage.file;
  const task = {
    home: join(stage.folder, `${name}-${seed ? "seed" : "leech"}`),
    source,
    dir: seed ? stage.seedDir : stage.leechDir,
    seed,
  };
  if (name === "transmission") return Transmission.start(task);
  if (name === "aria2") return Aria2.start(task);
  if (name === "libtorrent") {
    const client = await Libtorrent.start(task);
    if (dials) client.connect("127.0.0.1", stage.pipe.port);
    return client;
  }
  // The eavesdropper reads plain connections over TCP.
  const client = newClient(task.dir, { listenIp: "127.0.0.1", encryption: "disabled", utp: false });
  const torrent = await client.add(source, dials ? { peers: [`127.0.0.1:${stage.pipe.port}`] } : {});
  if (seed) await torrent.done;
  return { port: client.port, complete: () => torrent.done, stop: () => client.close() };
}

/** The findings, as lines. One of aria2 is known: it announces several new pieces by a bitfield. */
export function oddities(pipe: Eavesdropper, ...clients: readonly Name[]): string[] {
  if (pipe.blockBytes === 0) return ["no block has passed"];
  const news = pipe.findings.filter(({ rule }) => !(clients.includes("aria2") && rule === "pieces.in-place-of-haves"));
  return news.map(
    ({ rule, way, text, severity }) =>
      `${severity} ${rule} of the ${way === "out" ? "one that dialled" : "one that was dialled"}: ${text}`,
  );
}
