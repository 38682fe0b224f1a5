import { createHash, randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encode } from "../../src/bencode/index.ts";
import type { Bench, Contender } from "../lib/bench.ts";
import { Child } from "../lib/child.ts";
import { memoryOf } from "../lib/proc.ts";
import type { Figures } from "../lib/record.ts";
import { sleep } from "../lib/wait.ts";
import { READY_SECONDS } from "../clients/client.ts";
import { idlePercent } from "./idle.ts";
import type { BenchMode } from "./mode.ts";

const PIECES = 100_000;
const PIECE_LENGTH = 16 * 1024;
/** Seconds after the last connection, and after the last message, until all work is done. */
const SETTLE_SECONDS = 3;

/** The jobs of the two ends. */
interface Scene {
  readonly torrent: string;
  /** A JSON file with its path. */
  readonly list: string;
  readonly infoHash: string;
  readonly peers: number;
  /** `have` messages of each peer in the storm. */
  readonly haves: number;
}

export const peers: BenchMode = {
  about: "2,000 idle connections on a torrent of 100,000 pieces, then a storm of 100,000 `have` messages",
  metrics: [
    { key: "idle", title: "idle, % of a core", better: "less" },
    { key: "perPeer", title: "anonymous KB/peer", better: "less" },
    { key: "connectCpu", title: "CPU s to connect" },
    { key: "stormCpu", title: "storm CPU s", better: "less" },
  ],
  run: async (bench) => {
    const count = bench.options.count ?? (bench.isQuick ? 200 : 2000);
    const folder = await bench.workspace.folder("peers");
    const info = {
      length: PIECES * PIECE_LENGTH,
      name: "large.bin",
      "piece length": PIECE_LENGTH,
      pieces: randomBytes(PIECES * 20),
    };
    const torrent = join(folder, "large.torrent");
    await writeFile(torrent, encode({ info }));
    const list = join(folder, "torrents.json");
    await writeFile(list, JSON.stringify([torrent]));
    const scene = {
      torrent,
      list,
      infoHash: createHash("sha1").update(encode(info)).digest("hex"),
      peers: count,
      haves: 50,
    };
    const storm = (scene.haves * count).toLocaleString("en-US");
    await bench.compare({
      mode: "peers",
      what: `${count.toLocaleString("en-US")} peers, 100,000 pieces, ${storm} haves`,
      contenders: holders(bench, scene),
      runs: bench.runs(3),
    });
    await bench.workspace.drop(folder);
  },
};

function holders(bench: Bench, scene: Scene): Contender[] {
  const libtorrent = bench.libtorrent();
  // Only with --clients: it takes minutes of CPU and gigabytes for the bitfields of 2,000 peers.
  const webtorrent = bench.options.clients === undefined ? undefined : bench.webtorrent();
  const contenders: Contender[] = [];
  const inFolder = (name: string, start: (dir: string, port: number) => Child): Contender => ({
    name,
    run: async () => {
      const dir = await bench.workspace.folder("held");
      const port = await bench.port();
      try {
        return await crowd(bench, scene, start(dir, port), port);
      } finally {
        await bench.workspace.drop(dir);
      }
    },
  });
  if (libtorrent !== undefined)
    contenders.push(
      inFolder("libtorrent", (dir, port) =>
        libtorrent.start({ mode: "hold", torrent: scene.torrent, dir, ports: [port] }),
      ),
    );
  if (webtorrent !== undefined)
    contenders.push(
      inFolder("webtorrent", (dir, port) => webtorrent.start({ mode: "leech", torrent: scene.torrent, dir, port })),
    );
  for (const millrace of bench.millraces()) {
    contenders.push(
      inFolder(millrace.name, (dir, port) =>
        millrace.start(bench.driver("millrace.js"), {
          mode: "hold",
          list: scene.list,
          dir,
          home: dir,
          port,
          maxPeers: scene.peers + 100,
        }),
      ),
    );
  }
  return contenders;
}

async function crowd(bench: Bench, scene: Scene, child: Child, port: number): Promise<Figures> {
  try {
    await child.waitFor("ready", READY_SECONDS);
    await sleep(1);
    const alone = { cpu: child.cpu(), anonymous: memoryOf(child.pid)?.anonymous ?? Number.NaN };
    const others = new Child("the crowd", [
      process.execPath,
      bench.driver("crowd.js"),
      JSON.stringify({ ...scene, pieces: PIECES, port }),
    ]);
    try {
      await others.waitFor("connected", bench.options.timeout);
      await sleep(SETTLE_SECONDS);
      const connectCpu = child.cpu() - alone.cpu;
      const idle = await idlePercent(child, bench.isQuick ? 3 : 20);
      const perPeer = ((memoryOf(child.pid)?.anonymous ?? Number.NaN) - alone.anonymous) / scene.peers / 1000;
      const before = child.cpu();
      others.send("storm");
      await others.waitFor("sent", bench.options.timeout);
      await sleep(SETTLE_SECONDS);
      const stormCpu = child.cpu() - before;
      others.send("count");
      const { open } = (await others.waitFor("counted", 10)).fields;
      if (open !== scene.peers)
        throw new Error(`only ${String(open)} of ${scene.peers} connections were still open at the end`);
      return { idle, perPeer, connectCpu, stormCpu };
    } finally {
      await others.stop();
    }
  } finally {
    await child.stop();
  }
}
