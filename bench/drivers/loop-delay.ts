/**
 * Loaded before a program (`node --import`): measures how late its event loop is. The first SIGUSR2 begins, the second
 * prints the result to the file that MILLRACE_BENCH_LOOP names.
 */
import { writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";

const delay = monitorEventLoopDelay({ resolution: 1 });
let isRunning = false;
process.on("SIGUSR2", () => {
  if (isRunning) {
    delay.disable();
    writeFileSync(
      process.env["MILLRACE_BENCH_LOOP"] ?? "",
      JSON.stringify({ p50: delay.percentile(50) / 1e6, p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 }),
    );
  } else {
    isRunning = true;
    delay.enable();
  }
});
