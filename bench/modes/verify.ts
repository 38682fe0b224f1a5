import { aria2Basics } from "../clients/aria2.ts";
import { READY_SECONDS } from "../clients/client.ts";
import { Transmission } from "../clients/transmission.ts";
import type { Bench, Contender } from "../lib/bench.ts";
import type { Child } from "../lib/child.ts";
import type { TorrentFile } from "../lib/data.ts";
import { MemoryWatch } from "../lib/meter.ts";
import { now } from "../lib/proc.ts";
import { formatSize, GIB, MIB } from "../lib/units.ts";
import { hashingFigures, HASHING_METRICS, machineSha1Rate, measureProgram } from "./hashing.ts";
import type { BenchMode } from "./mode.ts";
import { torrentOf } from "./transfer.ts";

type Cost = Parameters<typeof hashingFigures>[2];

export const verify: BenchMode = {
  about: "one large file read again and checked",
  metrics: HASHING_METRICS,
  run: async (bench) => {
    const size = bench.options.size ?? (bench.isQuick ? 256 * MIB : 4 * GIB);
    const lengths = bench.options.pieceLengths ?? [MIB];
    for (const pieceLength of lengths) {
      const torrent = await torrentOf(bench, size, pieceLength, lengths);
      const best = machineSha1Rate(bench);
      const contenders = checkers(bench, torrent).map(([name, check]): Contender => ({
        name,
        run: async () => hashingFigures(size, best, await check()),
      }));
      await bench.compare({
        mode: "verify",
        what: `${formatSize(size)}, pieces of ${formatSize(pieceLength)}`,
        contenders,
        runs: bench.runs(5),
      });
    }
  },
};

/** Programs are measured from start to end, daemons from the command to the result. */
function checkers(bench: Bench, torrent: TorrentFile): [string, () => Promise<Cost>][] {
  const dir = torrent.source.folder;
  const list: [string, () => Promise<Cost>][] = [];
  const libtorrent = bench.libtorrent();
  const webtorrent = bench.webtorrent();
  if (libtorrent !== undefined)
    list.push([
      "libtorrent",
      async () =>
        watchCheck(bench, libtorrent.start({ mode: "check", torrent: torrent.path, dir, ports: [await bench.port()] })),
    ]);
  if (bench.has("transmission")) list.push(["transmission", () => checkWithTransmission(bench, torrent)]);
  if (bench.has("aria2c"))
    list.push([
      "aria2c",
      () =>
        measureProgram(bench, "aria2c", [
          ...aria2Basics(dir),
          "--check-integrity=true",
          "--hash-check-only=true",
          torrent.path,
        ]),
    ]);
  if (webtorrent !== undefined)
    list.push([
      "webtorrent",
      async () =>
        watchCheck(bench, webtorrent.start({ mode: "check", torrent: torrent.path, dir, port: await bench.port() })),
    ]);
  for (const millrace of bench.millraces())
    list.push([
      millrace.name,
      () => measureProgram(bench, millrace.name, millrace.command(["verify", torrent.path, "--dir", dir, "--json"])),
    ]);
  return list;
}

/** A driver that prints "ready", begins at once, and prints "complete" with `valid`. */
async function watchCheck(bench: Bench, child: Child): Promise<Cost> {
  const memory = new MemoryWatch(child.pid);
  try {
    const begin = await child.waitFor("ready", READY_SECONDS);
    const before = child.cpu();
    const end = await child.waitFor("complete", bench.options.timeout);
    if (end.fields["valid"] !== true) throw new Error("it reports that the data is not right");
    return { wall: end.t - begin.t, cpu: child.cpu() - before, anonymous: memory.peak / 1e6 };
  } finally {
    memory.stop();
    await child.stop();
  }
}

async function checkWithTransmission(bench: Bench, torrent: TorrentFile): Promise<Cost> {
  const home = await bench.workspace.folder("home");
  const transmission = await Transmission.start({
    home,
    dir: torrent.source.folder,
    port: await bench.port(),
    rpcPort: await bench.port(),
  });
  const { child } = transmission;
  const memory = new MemoryWatch(child.pid);
  try {
    await transmission.add(torrent.path);
    const before = { at: now(), cpu: child.cpu() };
    await transmission.verify(bench.options.timeout);
    return { wall: now() - before.at, cpu: child.cpu() - before.cpu, anonymous: memory.peak / 1e6 };
  } finally {
    memory.stop();
    await child.stop();
    await bench.workspace.drop(home);
  }
}
