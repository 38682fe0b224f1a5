import type { Bench } from "../lib/bench.ts";
import type { Child } from "../lib/child.ts";
import { compileDhtLoad, loadDht } from "../lib/dht-load.ts";
import type { DhtLoadKind } from "../lib/dht-load.ts";
import { memoryOf } from "../lib/proc.ts";
import type { Figures } from "../lib/record.ts";
import { READY_SECONDS } from "../clients/client.ts";
import type { BenchMode } from "./mode.ts";

/** Addresses of the querying nodes, and queries that wait for a reply. More overrun libtorrent's socket. */
const ADDRESSES = 4_000;
const IN_FLIGHT = 128;
/** Seconds of announces before: the servers have peers to return then, and are compiled. */
const FILL_SECONDS = 4;
const SECONDS = 4;
const KINDS = ["mix", "ping", "find_node", "get_peers"] as const satisfies readonly DhtLoadKind[];

interface Server {
  readonly name: string;
  start(port: number): Child;
}

export const dhtLoad: BenchMode = {
  about: "queries a second to which a DHT node replies: ping, find_node, get_peers and a mix of them",
  metrics: [
    { key: "perSecond", title: "replies/s", better: "more" },
    { key: "microseconds", title: "server's CPU µs each", better: "less" },
    { key: "perCore", title: "replies a core-second" },
    { key: "core", title: "server's % of a core" },
    { key: "lost", title: "lost %" },
    { key: "resident", title: "resident MB" },
  ],
  run: async (bench) => {
    const load = await compileDhtLoad(bench);
    const all = servers(bench);
    for (const kind of KINDS) {
      await bench.compare({
        mode: "dht-load",
        what: `${kind === "mix" ? "ping, find_node, get_peers as 1 : 2 : 2" : kind}, ${ADDRESSES.toLocaleString("en-US")} addresses, ${IN_FLIGHT} in flight`,
        contenders: all.map((server) => ({ name: server.name, run: () => measure(bench, server, kind, load) })),
        runs: bench.runs(3),
      });
    }
  },
};

function servers(bench: Bench): Server[] {
  const libtorrent = bench.libtorrent();
  return [
    ...(libtorrent === undefined
      ? []
      : [{ name: "libtorrent", start: (port: number) => libtorrent.start({ mode: "dht", ports: [port] }) }]),
    ...bench.millraces().map((millrace) => ({
      name: millrace.name,
      start: (port: number) => millrace.start(bench.driver("dht-node.js"), { port }),
    })),
  ];
}

async function measure(bench: Bench, server: Server, kind: DhtLoadKind, program: string): Promise<Figures> {
  const port = await bench.port();
  const child = server.start(port);
  const send = (what: DhtLoadKind, seconds: number) =>
    loadDht(program, { port, kind: what, seconds, addresses: ADDRESSES, inFlight: IN_FLIGHT });
  try {
    await child.waitFor("ready", READY_SECONDS);
    await send("announce", bench.isQuick ? 1 : FILL_SECONDS);
    await send(kind, 1);
    const before = child.cpu();
    const { replies, errors, lost, seconds } = await send(kind, bench.isQuick ? 1 : SECONDS);
    const cpu = child.cpu() - before;
    if (replies === 0 || errors > 0) throw new Error(`${replies} replies, ${errors} of them errors`);
    return {
      perSecond: replies / seconds,
      microseconds: (cpu / replies) * 1e6,
      perCore: replies / cpu,
      core: (cpu / seconds) * 100,
      lost: (lost / (replies + lost)) * 100,
      resident: (memoryOf(child.pid)?.resident ?? Number.NaN) / 1e6,
    };
  } finally {
    await child.stop();
  }
}
