import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Bench } from "../lib/bench.ts";
import type { Millrace } from "../clients/millrace.ts";
import type { TorrentFile } from "../lib/data.ts";
import { freePorts } from "../lib/ports.ts";
import type { Figures } from "../lib/record.ts";
import { formatSize, GIB, MIB } from "../lib/units.ts";
import { poll } from "../lib/wait.ts";
import { Workspace } from "../lib/workspace.ts";
import type { BenchMode } from "./mode.ts";
import { requireSame, seedersOf, torrentOf } from "./transfer.ts";

export const loop: BenchMode = {
  about: "how late Millrace's event loop is while it downloads to a real disk (--dir)",
  metrics: [
    { key: "p50", title: "p50 ms" },
    { key: "p99", title: "p99 ms" },
    { key: "max", title: "max ms" },
    { key: "rate", title: "MB/s" },
  ],
  run: async (bench) => {
    const size = bench.options.size ?? (bench.isQuick ? 64 * MIB : 2 * GIB);
    const lengths = bench.options.pieceLengths ?? [MIB];
    const disk = new Workspace(bench.options.disk);
    const release = bench.whenClosed(() => disk.removeSync());
    try {
      await disk.require(size);
      for (const pieceLength of lengths) {
        const torrent = await torrentOf(bench, size, pieceLength, lengths);
        const contenders = bench
          .millraces()
          .map((millrace) => ({ name: millrace.name, run: () => measure(bench, millrace, torrent, disk) }));
        await bench.compare({
          mode: "loop",
          what: `${formatSize(size)}, pieces of ${formatSize(pieceLength)}, to ${bench.options.disk}`,
          contenders,
          runs: bench.runs(3),
        });
      }
    } finally {
      release();
    }
  },
};

async function measure(bench: Bench, millrace: Millrace, torrent: TorrentFile, disk: Workspace): Promise<Figures> {
  const peers = await freePorts(1);
  const [dir, home] = [await disk.folder("got"), await bench.workspace.folder("home")];
  const result = join(home, "loop.json");
  const preload = pathToFileURL(bench.driver("loop-delay.js")).href;
  const seeder = await seedersOf(bench, torrent, peers);
  try {
    const leecher = await millrace.leech(
      { torrent, dir, port: await bench.port(), home, peers },
      ["--import", preload],
      { MILLRACE_BENCH_LOOP: result },
    );
    try {
      const begin = await seeder.waitFor("connected", 30);
      leecher.signal("SIGUSR2");
      const end = await leecher.waitFor("complete", bench.options.timeout);
      leecher.signal("SIGUSR2");
      const delay = await poll(
        10,
        0.02,
        () =>
          readFile(result, "utf8")
            .then((text) => JSON.parse(text) as Figures)
            .catch(() => undefined),
        "the preloaded module writes its result",
      );
      await leecher.stop();
      await requireSame(torrent, [dir]);
      return { ...delay, rate: torrent.source.size / (end.t - begin.t) / 1e6 };
    } finally {
      await leecher.stop();
    }
  } finally {
    await seeder.stop();
    await disk.drop(dir);
    await bench.workspace.drop(home);
  }
}
