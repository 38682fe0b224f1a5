/**
 * A DHT of many nodes in a simulated Internet, in this process: nodes begin, come and go, and look for what others have
 * announced. The job is the first argument, as JSON. Prints the event `begun`, and `done` with the results.
 */
import { DhtInternet } from "../../test/support/dht-internet.ts";
import { tell } from "../lib/tell.ts";
import type { DhtWorldJob, DhtWorldResult } from "../lib/dht-world.ts";

/** Milliseconds of virtual time in which all nodes begin. */
const BEGIN_MS = 120_000;

const job = JSON.parse(process.argv[2] ?? "") as DhtWorldJob;
const internet = new DhtInternet({ nodes: job.nodes });
const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

await internet.begin(BEGIN_MS);
tell("begun", { cpu: cpu(), datagrams: internet.received });
await internet.run(job.warmUpMs);
tell("warm", { cpu: cpu(), datagrams: internet.received });
const trials = await internet.trials(job.trials, job.ageMs);
const result: DhtWorldResult = {
  trials,
  cpu: cpu(),
  virtualMs: internet.net.world.now,
  datagrams: internet.received,
  residentBytes: process.resourceUsage().maxRSS * 1024,
};
tell("done", { result });
process.exit(0);
