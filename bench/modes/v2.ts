import { makeTorrentV2 } from "../lib/data.ts";
import { formatSize, GIB, MIB } from "../lib/units.ts";
import { isDefined } from "./mode.ts";
import type { BenchMode } from "./mode.ts";
import { measureLeech, torrentOf, TRANSFER_METRICS } from "./transfer.ts";

/** Versions of one torrent: v2 and hybrid need more hashes than v1. */
export const v2: BenchMode = {
  about: "a libtorrent seeder, each client as the leecher of a v1, v2 and hybrid torrent of the same file",
  metrics: TRANSFER_METRICS,
  run: async (bench) => {
    const size = bench.options.size ?? (bench.isQuick ? 64 * MIB : GIB);
    const [pieceLength = MIB] = bench.options.pieceLengths ?? [MIB];
    await bench.workspace.require(2 * size);
    const clients = [bench.libtorrent(), ...bench.millraces()].filter(isDefined);
    const source = await bench.source(size, [pieceLength]);
    const [millrace] = bench.millraces();
    if (millrace === undefined) throw new Error("v2 needs Millrace, which makes the torrents");
    const announce = await bench.trackerUrl();
    const torrents = {
      v1: await torrentOf(bench, size, pieceLength, [pieceLength]),
      v2: await makeTorrentV2(source, pieceLength, "v2", announce, millrace),
      hybrid: await makeTorrentV2(source, pieceLength, "hybrid", announce, millrace),
    };
    for (const [version, torrent] of Object.entries(torrents))
      await bench.compare({
        mode: "v2",
        what: `${version}, ${formatSize(size)}, pieces of ${formatSize(pieceLength)}`,
        contenders: clients.map((client) => ({
          name: client.name,
          run: () => measureLeech(bench, client, torrent, 1),
        })),
        runs: bench.runs(3),
      });
  },
};
