import { Millrace } from "../clients/millrace.ts";
import type { TransferClient } from "../clients/client.ts";
import type { Bench, Contender } from "../lib/bench.ts";
import { Child } from "../lib/child.ts";
import type { Figures } from "../lib/record.ts";
import { formatSize, GIB, MIB } from "../lib/units.ts";
import type { BenchMode } from "./mode.ts";
import { measurePair, torrentOf, TRANSFER_METRICS, watch } from "./transfer.ts";

const PACKET_BYTES = 1_400;

/** A torrent from and to libtorrent with uTP only, and between two clients; a single connection alone carries bytes. */
export const utp: BenchMode = {
  about: "transfers over uTP: with libtorrent both ways, Millrace to itself, and a connection alone",
  metrics: TRANSFER_METRICS,
  run: async (bench) => {
    const size = bench.options.size ?? (bench.isQuick ? 64 * MIB : GIB);
    await bench.workspace.require(2 * size);
    const torrent = await torrentOf(bench, size, MIB, [MIB]);
    const partner = bench.utpLibtorrent();
    const millraces = bench.millraces().map(({ name, root }) => new Millrace(name, root));
    const contenders: Contender[] = [];
    if (partner !== undefined)
      contenders.push({
        name: "libtorrent to itself",
        run: () => measurePair(bench, partner, partner, torrent, { measured: "leecher", clock: "seeder" }),
      });
    for (const millrace of millraces) {
      const leecher = withoutTcp(bench, millrace);
      if (partner !== undefined)
        contenders.push(
          {
            name: `${millrace.name} from it`,
            run: () => measurePair(bench, partner, leecher, torrent, { measured: "leecher", clock: "seeder" }),
          },
          {
            name: `${millrace.name} to it`,
            run: () => measurePair(bench, millrace, partner, torrent, { measured: "seeder", clock: "leecher" }),
          },
        );
      contenders.push(
        {
          name: `${millrace.name} to itself`,
          // It dials when it is ready.
          run: () =>
            measurePair(bench, millrace, leecher, torrent, { measured: "leecher", clock: "leecher", began: "ready" }),
        },
        { name: `${millrace.name} alone`, run: () => measureConnection(bench, millrace, size) },
      );
    }
    await bench.compare({ mode: "utp", what: `${formatSize(size)} over uTP`, contenders, runs: bench.runs(3) });
  },
};

/** Millrace that dials by uTP, because its TCP connections are refused. */
function withoutTcp(bench: Bench, millrace: Millrace): TransferClient {
  return {
    name: millrace.name,
    seed: (job) => millrace.seed(job),
    leech: (job) => millrace.leech(job, ["--import", bench.driver("no-tcp.js")]),
  };
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
        begun: receiver.waitFor("connected", 10).then(({ t }) => t),
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
