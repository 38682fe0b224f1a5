import { Millrace } from "../clients/millrace.ts";
import type { Bench } from "../lib/bench.ts";
import type { Child, ChildEvent } from "../lib/child.ts";
import { memoryOf } from "../lib/proc.ts";
import type { Figures } from "../lib/record.ts";
import { GIB } from "../lib/units.ts";
import { sleep } from "../lib/wait.ts";
import type { BenchMode } from "./mode.ts";

const CONNECTIONS = 200;
const [SECONDS, QUICK_SECONDS] = [600, 10];
/** The part of the datagrams that each end drops. */
const LOSS = 0.01;
/** When the memory is read first, as a part of the whole time. */
const WARM = 0.2;

/** Two processes with many busy connections at a low rate for a long time: nothing may be lost, and no memory kept. */
export const utpSoak: BenchMode = {
  about: `${CONNECTIONS} busy uTP connections between two processes for ten minutes, 1 % of datagrams lost`,
  metrics: [
    { key: "completed", title: "connections" },
    { key: "received", title: "GiB both ways" },
    { key: "failures", title: "errors or other data" },
    { key: "warm", title: "anonymous MB after 20 %" },
    { key: "end", title: "at the end" },
    { key: "open", title: "left open" },
    { key: "stored", title: "bytes left stored" },
    { key: "cpuPerGiB", title: "CPU s/GiB of both" },
  ],
  run: async (bench) => {
    const seconds = bench.isQuick ? QUICK_SECONDS : SECONDS;
    const what = `${CONNECTIONS} connections, ${seconds} s`;
    for (const { name, root } of bench.millraces())
      bench.keep({
        mode: "utp-soak",
        what,
        client: name,
        round: 0,
        figures: await soak(bench, new Millrace(name, root), seconds),
      });
  },
};

async function soak(bench: Bench, millrace: Millrace, seconds: number): Promise<Figures> {
  const driver = bench.driver("utp-soak.js");
  const job = { connections: CONNECTIONS, seconds, loss: LOSS };
  const accepting = millrace.start(driver, job);
  try {
    const { fields } = await accepting.waitFor("ready", 10);
    const dialing = millrace.start(driver, { ...job, to: fields["port"] });
    try {
      await sleep(seconds * WARM);
      const warm = memory([accepting, dialing]);
      // The last connections begin at the end.
      const dialed = await dialing.waitFor("complete", seconds * 2 + 300);
      accepting.send("report");
      const accepted = await accepting.waitFor("complete", 10);
      const sum = (name: string): number => field(dialed, name) + field(accepted, name);
      for (const { fields: reported } of [dialed, accepted])
        if (reported["first"] !== "") bench.say(`  ${String(reported["first"])}`);
      const received = sum("received") / GIB;
      return {
        completed: field(dialed, "completed"),
        received,
        failures: sum("failures") + Math.abs(field(dialed, "completed") - field(accepted, "completed")),
        warm,
        end: memory([accepting, dialing]),
        open: sum("open"),
        stored: sum("stored"),
        cpuPerGiB: (accepting.cpu() + dialing.cpu()) / received,
      };
    } finally {
      await dialing.stop();
    }
  } finally {
    await accepting.stop();
  }
}

function memory(children: readonly Child[]): number {
  return children.reduce((sum, { pid }) => sum + (memoryOf(pid)?.anonymous ?? 0), 0) / 1e6;
}

function field({ fields }: ChildEvent, name: string): number {
  return Number(fields[name]);
}
