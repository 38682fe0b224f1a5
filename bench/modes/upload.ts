import type { Bench } from "../lib/bench.ts";
import type { TransferClient } from "../clients/client.ts";
import { formatSize, GIB, MIB } from "../lib/units.ts";
import { isDefined } from "./mode.ts";
import type { BenchMode } from "./mode.ts";
import { measureSeed, torrentOf, TRANSFER_METRICS } from "./transfer.ts";

const PIECE_LENGTHS = [MIB, MIB / 4];

export const upload: BenchMode = {
  about: "each client as the seeder, a libtorrent leecher",
  metrics: TRANSFER_METRICS,
  run: async (bench) => {
    const clients = [bench.libtorrent(), await bench.aria2(), bench.webtorrent(), ...bench.millraces()].filter(
      isDefined,
    );
    await seedTo(bench, "upload", clients, 1, bench.isQuick ? 64 * MIB : 2 * GIB, PIECE_LENGTHS);
  },
};

/**
 * aria2 is left out: it sends to four peers at a time and changes them every ten seconds, so its wall time does not
 * show its speed.
 */
export const swarmUp: BenchMode = {
  about: "each client as the seeder, 20 libtorrent leechers",
  metrics: TRANSFER_METRICS,
  run: async (bench) => {
    const clients = [bench.libtorrent(), bench.webtorrent(), ...bench.millraces()].filter(isDefined);
    await seedTo(bench, "swarm-up", clients, 20, bench.isQuick ? 8 * MIB : 128 * MIB, [MIB]);
  },
};

async function seedTo(
  bench: Bench,
  mode: string,
  clients: readonly TransferClient[],
  leechers: number,
  usualSize: number,
  usualLengths: readonly number[],
): Promise<void> {
  const size = bench.options.size ?? usualSize;
  const lengths = bench.options.pieceLengths ?? usualLengths;
  await bench.workspace.require((1 + leechers) * size);
  for (const pieceLength of lengths) {
    const torrent = await torrentOf(bench, size, pieceLength, lengths);
    await bench.compare({
      mode,
      what: `${formatSize(size)}, pieces of ${formatSize(pieceLength)}${leechers === 1 ? "" : `, ${leechers} leechers`}`,
      contenders: clients.map((client) => ({
        name: client.name,
        run: () => measureSeed(bench, client, torrent, leechers),
      })),
      runs: bench.runs(5),
    });
  }
}
