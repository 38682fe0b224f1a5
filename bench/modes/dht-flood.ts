import { READY_SECONDS } from "../clients/client.ts";
import type { Millrace } from "../clients/millrace.ts";
import type { AttackedJob, AttackedOrder } from "../drivers/attacked.ts";
import type { Bench } from "../lib/bench.ts";
import { Child } from "../lib/child.ts";
import type { TorrentFile } from "../lib/data.ts";
import { compileDhtLoad } from "../lib/dht-load.ts";
import { MemoryWatch } from "../lib/meter.ts";
import { now } from "../lib/proc.ts";
import type { Figures } from "../lib/record.ts";
import { formatSize, MIB } from "../lib/units.ts";
import { sleep } from "../lib/wait.ts";
import type { BenchMode } from "./mode.ts";
import { requireSame, torrentOf } from "./transfer.ts";

/** Datagrams a second, and their source addresses. */
const RATE = 100_000;
const ADDRESSES = 10_000;
/**
 * The priority of the flood and of the process that drops it: they use the processor time that the download leaves, as
 * if they came from another machine.
 */
const NICE = ["nice", "-n", "10"];
const LONGEST_SECONDS = 120;

/** The result of one download. */
interface Leg {
  readonly wall: number;
  readonly p99: number;
  readonly memory: number;
  /** Datagrams a second that were sent, and those that the client took as queries. */
  readonly sent: number;
  readonly queries: number;
}

export const dhtFlood: BenchMode = {
  about: "a download beside a flood of DHT datagrams: 100,000 a second from 10,000 addresses",
  metrics: [
    { key: "slower", title: "slower %" },
    { key: "sinkSlower", title: "sink slower %" },
    { key: "p99", title: "loop p99 ms" },
    { key: "baseP99", title: "no flood p99 ms" },
    { key: "memory", title: "memory + MB" },
    { key: "sent", title: "sent/s" },
    { key: "queries", title: "queries read/s" },
    { key: "rate", title: "download MB/s" },
  ],
  run: async (bench) => {
    const program = await compileDhtLoad(bench);
    const size = bench.options.size ?? (bench.isQuick ? 256 * MIB : 1024 * MIB);
    const honest = await torrentOf(bench, size, MIB, [MIB]);
    await bench.compare({
      mode: "dht-flood",
      what: `${formatSize(size)} from one seeder beside a flood`,
      contenders: bench.millraces().map((millrace) => ({
        name: millrace.name,
        run: () => measure(bench, millrace, honest, program),
      })),
      runs: bench.runs(3),
    });
  },
};

async function measure(bench: Bench, millrace: Millrace, honest: TorrentFile, program: string): Promise<Figures> {
  const base = await download(bench, millrace, honest, program, "none");
  const hit = await download(bench, millrace, honest, program, "client");
  const sink = await download(bench, millrace, honest, program, "sink");
  const slower = (leg: Leg): number => (leg.wall / base.wall - 1) * 100;
  return {
    slower: slower(hit),
    sinkSlower: slower(sink),
    p99: hit.p99,
    baseP99: base.p99,
    memory: (hit.memory - base.memory) / 1e6,
    sent: hit.sent,
    queries: hit.queries,
    rate: honest.source.size / hit.wall / 1e6,
  };
}

/** A download without a flood, beside a flood of the client, or beside the same flood of a socket that is not read. */
async function download(
  bench: Bench,
  millrace: Millrace,
  honest: TorrentFile,
  program: string,
  aim: "none" | "client" | "sink",
): Promise<Leg> {
  const folders = [
    await bench.workspace.folder("got"),
    await bench.workspace.folder("home"),
    await bench.workspace.folder("home"),
  ] as const;
  const [dir, home, seederHome] = folders;
  const [port, seederPort, sinkPort] = [await bench.port(), await bench.port(), await bench.port()];
  const children: Child[] = [];
  const start = async (child: Child, event = "ready"): Promise<Child> => {
    children.push(child);
    await child.waitFor(event, READY_SECONDS);
    return child;
  };
  const client = (job: Omit<AttackedJob, "root">) => start(millrace.start(bench.driver("attacked.js"), { ...job }));
  const order = (child: Child, what: AttackedOrder) => child.send(what);
  try {
    const holds = [{ torrent: honest.path, dir: honest.source.folder, isSeeding: true }];
    await client({ home: seederHome, port: seederPort, holds });
    const victim = await client({ home, port, holds: [], dht: true });
    if (aim === "sink") await start(new Child("sink", [program, "sink", String(sinkPort)]));
    const memory = new MemoryWatch(victim.pid);
    try {
      const at = aim === "sink" ? sinkPort : port;
      const argv = [...NICE, program, "flood", ...[at, RATE, LONGEST_SECONDS, ADDRESSES].map(String)];
      const flood = aim === "none" ? undefined : await start(new Child("flood", argv), "flooding");
      await sleep(1);
      order(victim, { order: "watch" });
      const began = now();
      const peers = [`127.0.0.1:${seederPort}`];
      order(victim, { order: "download", torrent: honest.path, dir, peers });
      const complete = await victim.waitFor("complete", Math.min(bench.options.timeout, LONGEST_SECONDS - 5));
      flood?.signal("SIGTERM");
      const counted = await flood?.waitFor("complete", READY_SECONDS);
      const seconds = Number(counted?.fields["seconds"]);
      await victim.stop();
      await requireSame(honest, [dir]);
      return {
        wall: complete.t - began,
        p99: Number(complete.fields["p99"]),
        memory: memory.peak,
        sent: Number(counted?.fields["sent"]) / seconds,
        queries: Number(complete.fields["queries"]) / seconds,
      };
    } finally {
      memory.stop();
    }
  } finally {
    for (const child of children.reverse()) await child.stop();
    for (const folder of folders) await bench.workspace.drop(folder);
  }
}
