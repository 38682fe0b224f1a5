import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import http from "node:http";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { packEndpoint } from "../../src/base/index.ts";
import { encode } from "../../src/bencode/index.ts";
import { createTorrent } from "../../src/metainfo/index.ts";
import { nodeRuntime } from "../../src/runtime/node/index.ts";
import { newClient } from "../support/clients.ts";
import { Eavesdropper } from "../support/eavesdropper.ts";
import { eventually, freePort, Program } from "../support/process.ts";
import { ARIA2, because, missing } from "../support/programs.ts";
import { Aria2, Libtorrent, Transmission, type RealClient } from "../support/real-clients.ts";
import { tempFolder } from "../support/temp-folder.ts";

const LENGTH = 5_000_000;
const PIECE_LENGTH = 65_536;

const names = ["libtorrent", "transmission", "aria2", "millrace"] as const;
type Name = (typeof names)[number];
const packages = { libtorrent: ["python3-libtorrent"], transmission: ["transmission-daemon"], aria2: ["aria2"], millrace: [] } as const;

const servers: http.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A tracker that names one peer to everybody: the way to have aria2 dial somewhere. */
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

interface Stage {
  readonly folder: string;
  readonly seedDir: string;
  readonly leechDir: string;
  /** The torrent file, which names no tracker. */
  readonly file: string;
  /** The same torrent with a tracker that names the eavesdropper. */
  readonly trackedFile: string;
  readonly tracker: string;
  readonly infoHash: string;
  readonly pipe: Eavesdropper;
  /** Where the eavesdropper passes on to. */
  target: number;
}

async function stage(knowsTorrent = true): Promise<Stage> {
  const folder = await tempFolder();
  const [seedDir, leechDir] = [join(folder, "seed"), join(folder, "leech")];
  await Promise.all([mkdir(seedDir), mkdir(leechDir)]);
  const path = join(seedDir, "data.bin");
  await writeFile(path, randomBytes(LENGTH));
  const runtime = nodeRuntime();
  const { bytes, metainfo } = await createTorrent(runtime, { path, pieceLength: PIECE_LENGTH });
  let made: Stage | undefined;
  const pipe = await Eavesdropper.listen(() => made?.target ?? 0, knowsTorrent ? metainfo : undefined);
  const tracker = await trackerOf(() => pipe.port);
  const tracked = await createTorrent(runtime, { path, pieceLength: PIECE_LENGTH, trackers: [[tracker]] });
  await runtime.close();
  const [file, trackedFile] = [join(folder, "data.torrent"), join(folder, "tracked.torrent")];
  await Promise.all([writeFile(file, bytes), writeFile(trackedFile, tracked.bytes)]);
  made = { folder, seedDir, leechDir, file, trackedFile, tracker, infoHash: metainfo.id.hex, pipe, target: 0 };
  return made;
}

/** A client that has the data, or not, and may be told to dial the eavesdropper. */
async function start(name: Name, stage: Stage, options: { readonly seed: boolean; readonly dials: boolean; readonly magnet?: boolean }): Promise<RealClient> {
  const { seed, dials } = options;
  const source = options.magnet === true ? `magnet:?xt=urn:btih:${stage.infoHash}${dials && name === "aria2" ? `&tr=${encodeURIComponent(stage.tracker)}` : ""}` : name === "aria2" && dials ? stage.trackedFile : stage.file;
  const task = { home: join(stage.folder, `${name}-${seed ? "seed" : "leech"}`), source, dir: seed ? stage.seedDir : stage.leechDir, seed };
  if (name === "transmission") return Transmission.start(task);
  if (name === "aria2") return Aria2.start(task);
  if (name === "libtorrent") {
    const client = await Libtorrent.start(task);
    if (dials) client.connect("127.0.0.1", stage.pipe.port);
    return client;
  }
  const client = newClient(task.dir, { listenIp: "127.0.0.1" });
  const torrent = await client.add(source, dials ? { peers: [`127.0.0.1:${stage.pipe.port}`] } : {});
  if (seed) await torrent.done;
  return { port: client.port, complete: () => torrent.done, stop: () => client.close() };
}

/** What is odd about what was heard, as lines. Of aria2 it is known that it tells several new pieces by a bitfield. */
function oddities(pipe: Eavesdropper, ...clients: readonly Name[]): string[] {
  if (pipe.blockBytes === 0) return ["no block has passed"];
  const news = pipe.findings.filter(({ rule }) => !(clients.includes("aria2") && rule === "pieces.in-place-of-haves"));
  return news.map(({ rule, way, text, severity }) => `${severity} ${rule} of the ${way === "out" ? "one that dialled" : "one that was dialled"}: ${text}`);
}

// Transmission dials no loopback address: whoever seeds to it dials. A seeding aria2 dials nobody: that pair swaps halves, below.
const pairs = names.flatMap((seed) => names.map((leech) => [seed, leech] as const)).filter(([seed, leech]) => !(leech === "transmission" && (seed === "aria2" || seed === "transmission")));

describe.each(pairs)("%s seeds to %s", (seed, leech) => {
  const lacking = missing(...packages[seed], ...packages[leech]);

  it.skipIf(lacking.length > 0)(`is a conversation without faults${because(lacking)}`, async () => {
    const scene = await stage();
    const isDialled = leech === "transmission";
    const first = await start(isDialled ? leech : seed, scene, { seed: !isDialled, dials: false });
    scene.target = first.port;
    const second = await start(isDialled ? seed : leech, scene, { seed: isDialled, dials: true });
    await (isDialled ? first : second).complete();
    await Promise.all([second.stop(), first.stop()]);
    expect(oddities(scene.pipe, seed, leech)).toEqual([]);
  });
});

describe("aria2 and transmission, each with the half that the other lacks", () => {
  const lacking = missing("aria2", "transmission-daemon");

  it.skipIf(lacking.length > 0)(`have a conversation without faults${because(lacking)}`, async () => {
    const scene = await stage();
    const data = await readFile(join(scene.seedDir, "data.bin"));
    const half = PIECE_LENGTH * 38;
    await writeFile(join(scene.leechDir, "data.bin"), Buffer.concat([data.subarray(0, half), Buffer.alloc(LENGTH - half)]));
    await writeFile(join(scene.seedDir, "data.bin"), Buffer.concat([Buffer.alloc(half), data.subarray(half)]));
    const transmission = await Transmission.start({ home: join(scene.folder, "home"), source: scene.file, dir: scene.leechDir, seed: false });
    scene.target = transmission.port;
    const aria2 = new Program(ARIA2, [
      "--no-conf",
      "--check-integrity=true",
      "--allow-overwrite=true",
      "--enable-dht=false",
      "--enable-dht6=false",
      "--bt-enable-lpd=false",
      "--disable-ipv6",
      "--bt-require-crypto=false",
      "--bt-min-crypto-level=plain",
      "--file-allocation=none",
      "--summary-interval=0",
      "--interface=127.0.0.1",
      "--seed-ratio=0.0",
      `--listen-port=${await freePort()}`,
      `--dir=${scene.seedDir}`,
      scene.trackedFile,
    ]);
    await eventually("transmission has everything", () => scene.pipe.blockBytes > LENGTH - PIECE_LENGTH && scene.pipe.conversations.some(({ sides }) => sides.out.pieces?.isFull));
    await Promise.all([aria2.stop("SIGKILL"), transmission.stop()]);
    expect(oddities(scene.pipe, "aria2", "transmission")).toEqual([]);
  });
});

const magnetPairs = [
  ["transmission", "libtorrent"],
  ["aria2", "libtorrent"],
  ["millrace", "libtorrent"],
  ["libtorrent", "millrace"],
  ["transmission", "millrace"],
] as const;

describe.each(magnetPairs)("%s gives metadata and data to %s", (seed, leech) => {
  const lacking = missing(...packages[seed], ...packages[leech]);

  it.skipIf(lacking.length > 0).each(["known", "not known"])(`without faults, the torrent being %s to the listener${because(lacking)}`, async (known) => {
    const scene = await stage(known === "known");
    const giver = await start(seed, scene, { seed: true, dials: false });
    scene.target = giver.port;
    const taker = await start(leech, scene, { seed: false, dials: true, magnet: true });
    await taker.complete();
    await Promise.all([taker.stop(), giver.stop()]);
    expect(oddities(scene.pipe, seed, leech)).toEqual([]);
  });
});
