import { writeFile } from "node:fs/promises";
import { Child } from "../lib/child.ts";
import type { Bench } from "../lib/bench.ts";
import type { DhtWorldJob, DhtWorldResult } from "../lib/dht-world.ts";
import { plotShares } from "../lib/plot.ts";
import { US } from "../lib/record.ts";
import { quantile } from "../lib/statistics.ts";
import { formatNumber } from "../lib/units.ts";
import { isDefined, type BenchMode } from "./mode.ts";

const MINUTE_MS = 60_000;
/** The heap limits of the simulating process in MiB: they keep the garbage collector from taking more than it needs. */
const HEAP = ["--max-old-space-size=420", "--max-semi-space-size=32"];

export const dht: BenchMode = {
  about: "lookups in a simulated DHT of 10,000 nodes with churn, loss and NATs (--count); its plot with --plot",
  metrics: [
    { key: "found", title: "found %" },
    { key: "first-rounds", title: "rounds to peers" },
    { key: "rounds", title: "rounds to closest" },
    { key: "queries", title: "queries" },
    { key: "most", title: "queries max" },
    { key: "first", title: "first peers p50 ms" },
    { key: "late", title: "first peers p99 ms" },
    { key: "end", title: "end p50 ms" },
    { key: "announced", title: "stored at" },
    { key: "wall", title: "wall s" },
    { key: "cpu", title: "CPU s" },
    { key: "rss", title: "memory MB" },
    { key: "rate", title: "datagrams/CPU s" },
  ],
  run: async (bench) => {
    const nodes = bench.options.count ?? (bench.isQuick ? 500 : 10_000);
    const job: DhtWorldJob = {
      nodes,
      warmUpMs: (bench.isQuick ? 2 : 12) * MINUTE_MS,
      ageMs: MINUTE_MS,
      trials: bench.isQuick ? 50 : 400,
    };
    for (let round = 0; round < bench.runs(1); round += 1) await measure(bench, job, round);
  },
};

async function measure(bench: Bench, job: DhtWorldJob, round: number): Promise<void> {
  const { plot, timeout } = bench.options;
  const argv = [process.execPath, ...HEAP, bench.driver("dht-world.js"), JSON.stringify(job)];
  const child = new Child("dht", argv);
  try {
    const done = await child.waitFor("done", timeout);
    const result = done.fields["result"] as DhtWorldResult;
    const firsts = result.trials.map(({ firstMs }) => firstMs).filter(isDefined);
    const median = (of: (trial: DhtWorldResult["trials"][number]) => number): number =>
      quantile(result.trials.map(of), 0.5);
    bench.keep({
      mode: "dht",
      what: `${formatNumber(job.nodes)} nodes, ${formatNumber(job.trials)} lookups, ${formatNumber(result.virtualMs / MINUTE_MS)} min of virtual time`,
      client: US,
      round,
      figures: {
        found: (100 * firsts.length) / result.trials.length,
        "first-rounds": median(({ roundsToPeers = Infinity }) => roundsToPeers),
        rounds: median(({ rounds }) => rounds),
        queries: median(({ queries }) => queries),
        most: Math.max(...result.trials.map(({ queries }) => queries)),
        first: quantile(firsts, 0.5),
        late: quantile(firsts, 0.99),
        end: median(({ durationMs }) => durationMs),
        announced: median(({ announced }) => announced),
        wall: done.t - child.startedAt,
        cpu: result.cpu,
        rss: result.residentBytes / 1e6,
        rate: result.datagrams / result.cpu,
      },
    });
    if (plot === undefined) return;
    await writeFile(
      plot,
      plotShares({
        title: `Lookups among ${job.nodes.toLocaleString("en")} simulated nodes: share of lookups by time`,
        axis: "milliseconds of virtual time",
        marks: [0, 200, 400, 600, 800, 1_000, 1_500, 2_000, 3_000],
        lines: [
          { name: "first peers", values: firsts, color: "#0b6e4f" },
          { name: "end of the lookup", values: result.trials.map(({ durationMs }) => durationMs), color: "#b0413e" },
        ],
      }),
    );
  } finally {
    child.kill();
    await child.ended;
  }
}
