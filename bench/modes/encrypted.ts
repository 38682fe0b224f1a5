import { formatSize, GIB, MIB } from "../lib/units.ts";
import { Millrace } from "../clients/millrace.ts";
import { isDefined } from "./mode.ts";
import type { BenchMode } from "./mode.ts";
import { measurePair, torrentOf, TRANSFER_METRICS } from "./transfer.ts";

/** Both ends are the same client: a slower other end would hide the difference. */
export const encrypted: BenchMode = {
  about: "each client to itself, all data encrypted with RC4",
  metrics: TRANSFER_METRICS,
  run: async (bench) => {
    const size = bench.options.size ?? (bench.isQuick ? 64 * MIB : GIB);
    const lengths = bench.options.pieceLengths ?? [MIB];
    await bench.workspace.require(2 * size);
    const clients = [
      bench.encryptedLibtorrent(),
      ...bench.millraces().map(({ name, root }) => new Millrace(name, root, "required")),
    ].filter(isDefined);
    for (const pieceLength of lengths) {
      const torrent = await torrentOf(bench, size, pieceLength, lengths);
      await bench.compare({
        mode: "encrypted",
        what: `${formatSize(size)}, pieces of ${formatSize(pieceLength)}, RC4`,
        contenders: clients.map((client) => ({
          name: client.name,
          run: () => measurePair(bench, client, client, torrent),
        })),
        runs: bench.runs(3),
      });
    }
  },
};
