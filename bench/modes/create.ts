import { readFile, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Bench, Contender } from "../lib/bench.ts";
import { formatSize, GIB, MIB } from "../lib/units.ts";
import { hashingFigures, HASHING_METRICS, machineSha1Rate, measureProgram } from "./hashing.ts";
import type { BenchMode } from "./mode.ts";

export const create: BenchMode = {
  about: "a torrent made of one large file, whole programs",
  metrics: HASHING_METRICS,
  run: async (bench) => {
    const size = bench.options.size ?? (bench.isQuick ? 256 * MIB : 4 * GIB);
    const lengths = bench.options.pieceLengths ?? [MIB];
    const source = await bench.source(size, lengths);
    const best = machineSha1Rate(bench);
    for (const pieceLength of lengths) {
      const out = join(source.folder, "made.torrent");
      const pieces = source.pieces.get(pieceLength) ?? Buffer.alloc(0);
      const contenders = programs(bench, source.path, out, pieceLength).map(([name, argv]): Contender => ({
        name,
        run: async () => {
          await rm(out, { force: true });
          const figures = hashingFigures(size, best, await measureProgram(bench, name, argv));
          if (!(await readFile(out)).includes(pieces)) throw new Error("the torrent has other hashes");
          return figures;
        },
      }));
      await bench.compare({
        mode: "create",
        what: `${formatSize(size)}, pieces of ${formatSize(pieceLength)}`,
        contenders,
        runs: bench.runs(5),
      });
    }
  },
};

function programs(bench: Bench, path: string, out: string, pieceLength: number): [string, readonly string[]][] {
  const list: [string, readonly string[]][] = [];
  const libtorrent = bench.libtorrent();
  const cores = availableParallelism();
  if (bench.has("mktorrent"))
    list.push([
      `mktorrent -t ${cores}`,
      ["mktorrent", "-t", String(cores), "-l", String(Math.log2(pieceLength)), "-d", "-o", out, path],
    ]);
  // It counts in KiB, and sleeps between checks of its progress, so that its wall time is in whole seconds.
  if (bench.has("transmission-create"))
    list.push(["transmission-create", ["transmission-create", "-s", String(pieceLength / 1024), "-o", out, path]]);
  if (libtorrent !== undefined)
    list.push(["libtorrent", libtorrent.command({ mode: "create", path, out, pieceLength })]);
  if (bench.has("create-torrent"))
    list.push([
      "create-torrent",
      [process.execPath, bench.driver("create-torrent.js"), path, out, String(pieceLength)],
    ]);
  for (const millrace of bench.millraces())
    list.push([
      millrace.name,
      millrace.command([
        "create",
        path,
        "--out",
        out,
        "--piece-length",
        `${pieceLength / 1024}KiB`,
        "--no-date",
        "--json",
      ]),
    ]);
  return list;
}
