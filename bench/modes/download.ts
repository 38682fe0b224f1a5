import type { Bench } from "../lib/bench.ts";
import { formatSize, GIB, MIB } from "../lib/units.ts";
import { isDefined } from "./mode.ts";
import type { BenchMode } from "./mode.ts";
import { measureLeech, torrentOf, TRANSFER_METRICS } from "./transfer.ts";

/** Piece lengths of an ordinary torrent and of one with many small pieces. */
const PIECE_LENGTHS = [MIB, MIB / 4];

export const download: BenchMode = {
  about: "a libtorrent seeder, each client as the leecher",
  metrics: TRANSFER_METRICS,
  run: (bench) => leechFrom(bench, "download", 1, bench.isQuick ? 64 * MIB : 2 * GIB, PIECE_LENGTHS),
};

/** Twenty seeders with a twentieth of the pieces each. */
export const swarmDown: BenchMode = {
  about: "20 libtorrent seeders, each client as the leecher",
  metrics: TRANSFER_METRICS,
  run: (bench) => leechFrom(bench, "swarm-down", 20, bench.isQuick ? 64 * MIB : GIB, [MIB]),
};

async function leechFrom(
  bench: Bench,
  mode: string,
  seeders: number,
  usualSize: number,
  usualLengths: readonly number[],
): Promise<void> {
  const size = bench.options.size ?? usualSize;
  const lengths = bench.options.pieceLengths ?? usualLengths;
  await bench.workspace.require(2 * size);
  for (const pieceLength of lengths) {
    const torrent = await torrentOf(bench, size, pieceLength, lengths);
    const clients = [bench.libtorrent(), await bench.aria2(), bench.webtorrent(), ...bench.millraces()].filter(
      isDefined,
    );
    await bench.compare({
      mode,
      what: `${formatSize(size)}, pieces of ${formatSize(pieceLength)}${seeders === 1 ? "" : `, ${seeders} seeders`}`,
      contenders: clients.map((client) => ({
        name: client.name,
        run: () => measureLeech(bench, client, torrent, seeders),
      })),
      runs: bench.runs(5),
    });
  }
}
