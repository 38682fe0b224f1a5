import { Millrace } from "../clients/millrace.ts";
import type { TransferClient } from "../clients/client.ts";
import type { Bench, Contender } from "../lib/bench.ts";
import { Child } from "../lib/child.ts";
import type { TorrentFile } from "../lib/data.ts";
import type { Figures } from "../lib/record.ts";
import { formatSize, GIB, MIB } from "../lib/units.ts";
import type { BenchMode } from "./mode.ts";
import { inFolders, requireSame, torrentOf, TRANSFER_METRICS, watch } from "./transfer.ts";

const PACKET_BYTES = 1_400;

/** libtorrent is one end of each transfer of a torrent, with uTP only; connections of Millrace alone carry bytes. */
export const utp: BenchMode = {
  about: "transfers over uTP: with libtorrent both ways, and Millrace's connections between two processes",
  metrics: TRANSFER_METRICS,
  run: async (bench) => {
    const size = bench.options.size ?? (bench.isQuick ? 64 * MIB : GIB);
    await bench.workspace.require(2 * size);
    const torrent = await torrentOf(bench, size, MIB, [MIB]);
    const partner = bench.utpLibtorrent();
    const millraces = bench.millraces().map(({ name, root }) => new Millrace(name, root));
    const contenders: Contender[] = [];
    if (partner !== undefined)
      contenders.push({ name: "libtorrent to itself", run: () => measure(bench, partner, partner, torrent, "seeder") });
    for (const millrace of millraces) {
      if (partner !== undefined)
        contenders.push(
          { name: `${millrace.name} from it`, run: () => measure(bench, partner, millrace, torrent, "seeder") },
          { name: `${millrace.name} to it`, run: () => measure(bench, millrace, partner, torrent, "leecher") },
        );
      contenders.push({ name: `${millrace.name} alone`, run: () => measureConnection(bench, millrace, size) });
    }
    await bench.compare({ mode: "utp", what: `${formatSize(size)} over uTP`, contenders, runs: bench.runs(3) });
  },
};

/** One transfer of a torrent; `teller` is the end that tells when the connection is made, which is libtorrent. */
async function measure(
  bench: Bench,
  seeder: TransferClient,
  leecher: TransferClient,
  torrent: TorrentFile,
  teller: "seeder" | "leecher",
): Promise<Figures> {
  const port = await bench.port();
  return inFolders(bench, 1, async ([dir = ""], home) => {
    const seeding = await seeder.seed({ torrent, dir: torrent.source.folder, port, home });
    try {
      const job = { torrent, dir, port: await bench.port(), home, peers: [port] };
      // libtorrent accepts TCP connections, too, and closes them then.
      const leeching = await (leecher instanceof Millrace
        ? leecher.leech(job, ["--import", bench.driver("no-tcp.js")])
        : leecher.leech(job));
      try {
        const figures = await watch(bench, {
          measured: leeching,
          other: seeding,
          teller: teller === "seeder" ? seeding : leeching,
          leecher: leeching,
          bytes: torrent.source.size,
        });
        await leeching.stop();
        await requireSame(torrent, [dir]);
        return figures;
      } finally {
        await leeching.stop();
      }
    } finally {
      await seeding.stop();
    }
  });
}

/** The bytes of one connection, without a torrent. */
async function measureConnection(bench: Bench, millrace: Millrace, size: number): Promise<Figures> {
  const driver = bench.driver("utp-connection.js");
  const receiver: Child = millrace.start(driver, { size, packetBytes: PACKET_BYTES });
  try {
    const { fields } = await receiver.waitFor("ready", 10);
    const sender = millrace.start(driver, { size, packetBytes: PACKET_BYTES, to: fields["port"] });
    try {
      return await watch(bench, {
        measured: receiver,
        other: sender,
        teller: receiver,
        leecher: receiver,
        bytes: size,
      });
    } finally {
      await sender.stop();
    }
  } finally {
    await receiver.stop();
  }
}
