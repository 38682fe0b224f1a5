import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encode } from "../../src/bencode/index.ts";
import type { Bench, Contender } from "../lib/bench.ts";
import type { Child } from "../lib/child.ts";
import { randomBytes } from "../lib/data.ts";
import { memoryOf } from "../lib/proc.ts";
import type { Figures } from "../lib/record.ts";
import { sleep } from "../lib/wait.ts";
import type { BenchMode } from "./mode.ts";

/** Bytes of each torrent's one file, and of its pieces. */
const FILE_LENGTH = 64 * 1024;
const PIECE_LENGTH = 16 * 1024;
/** Seconds after loading until the client counts as idle. */
const SETTLE_SECONDS = 3;

export const idle: BenchMode = {
  about: "1,000 small torrents loaded, checked and seeding with no peers; 10,000 in Millrace alone",
  metrics: [
    { key: "load", title: "load s", better: "less" },
    { key: "loadCpu", title: "load CPU s" },
    { key: "resident", title: "resident MB", better: "less" },
    { key: "anonymous", title: "anonymous MB" },
    { key: "idle", title: "idle, % of a core" },
  ],
  run: async (bench) => {
    const counts =
      bench.options.count !== undefined ? [bench.options.count] : bench.isQuick ? [100, 1000] : [1000, 10_000];
    for (const [at, count] of counts.entries()) {
      const folder = await bench.workspace.folder("idle");
      await bench.workspace.require(count * FILE_LENGTH * 1.2);
      const list = await makeTorrents(folder, count);
      const contenders =
        at === 0 ? [...peersOf(bench, folder, list), ...oursOf(bench, folder, list)] : oursOf(bench, folder, list);
      await bench.compare({
        mode: "idle",
        what: `${count.toLocaleString("en-US")} torrents of 64 KiB`,
        contenders,
        runs: bench.runs(3),
      });
      await bench.workspace.drop(folder);
    }
  },
};

function peersOf(bench: Bench, dir: string, list: string): Contender[] {
  const libtorrent = bench.libtorrent();
  const webtorrent = bench.webtorrent();
  const contenders: Contender[] = [];
  if (libtorrent !== undefined)
    contenders.push({
      name: "libtorrent",
      run: async () => watchIdle(bench, libtorrent.start({ mode: "idle", list, dir, ports: [await bench.port()] })),
    });
  if (webtorrent !== undefined)
    contenders.push({
      name: "webtorrent",
      run: async () => watchIdle(bench, webtorrent.start({ mode: "idle", list, dir, port: await bench.port() })),
    });
  return contenders;
}

function oursOf(bench: Bench, dir: string, list: string): Contender[] {
  return bench.millraces().map((millrace) => ({
    name: millrace.name,
    run: async () => {
      const home = await bench.workspace.folder("home");
      try {
        return await watchIdle(
          bench,
          millrace.start(bench.driver("millrace.js"), {
            mode: "idle",
            list,
            dir,
            home,
            port: await bench.port(),
            maxPeers: 500,
          }),
        );
      } finally {
        await bench.workspace.drop(home);
      }
    },
  }));
}

/** From the start of the process, interpreter included, until the last torrent seeds; then a period of idling. */
async function watchIdle(bench: Bench, child: Child): Promise<Figures> {
  try {
    const ready = await child.waitFor("ready", bench.options.timeout);
    const loadCpu = child.cpu();
    await sleep(SETTLE_SECONDS);
    const idle = await idlePercent(child, bench.isQuick ? 3 : 20);
    const memory = memoryOf(child.pid);
    return {
      load: ready.t - child.startedAt,
      loadCpu,
      resident: (memory?.resident ?? Number.NaN) / 1e6,
      anonymous: (memory?.anonymous ?? Number.NaN) / 1e6,
      idle,
    };
  } finally {
    await child.stop();
  }
}

/** Share of one core that a program uses over some seconds, in percent. The kernel counts in hundredths of a second. */
export async function idlePercent(child: Child, seconds: number): Promise<number> {
  const before = child.cpu();
  await sleep(seconds);
  return ((child.cpu() - before) / seconds) * 100;
}

/** Returns the path of a JSON file of their paths. */
async function makeTorrents(folder: string, count: number): Promise<string> {
  const next = randomBytes(3);
  const paths: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const name = `t${String(index).padStart(5, "0")}.bin`;
    const data = next(FILE_LENGTH);
    const pieces = Array.from({ length: FILE_LENGTH / PIECE_LENGTH }, (_, piece) =>
      createHash("sha1")
        .update(data.subarray(piece * PIECE_LENGTH, (piece + 1) * PIECE_LENGTH))
        .digest(),
    );
    const path = join(folder, `${name}.torrent`);
    await writeFile(join(folder, name), data);
    await writeFile(
      path,
      encode({ info: { length: FILE_LENGTH, name, "piece length": PIECE_LENGTH, pieces: Buffer.concat(pieces) } }),
    );
    paths.push(path);
  }
  const list = join(folder, "torrents.json");
  await writeFile(list, JSON.stringify(paths));
  return list;
}
