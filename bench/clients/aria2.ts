/** aria2c. It has no option for a peer, so the harness's tracker returns it; a hook reports when it is complete. */
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Child } from "../lib/child.ts";
import type { MiniTracker } from "../lib/mini-tracker.ts";
import { poll, sleep } from "../lib/wait.ts";
import { READY_SECONDS } from "./client.ts";
import type { LeechJob, SeedJob, TransferClient } from "./client.ts";

/** Seconds after its announce until it accepts peers: it works in ticks of one second. */
const SETTLE_SECONDS = 1.5;

export class Aria2 implements TransferClient {
  readonly name = "aria2c";
  readonly #tracker: MiniTracker;

  constructor(tracker: MiniTracker) {
    this.#tracker = tracker;
  }

  async seed(job: SeedJob): Promise<Child> {
    const child = new Child(this.name, [...this.#command(job), "--bt-seed-unverified=true", job.torrent.trackedPath], {
      cwd: job.home,
    });
    await poll(READY_SECONDS, 0.05, () => (this.#tracker.seen.has(job.port) ? true : undefined), "aria2c announces");
    await sleep(SETTLE_SECONDS);
    return child;
  }

  async leech(job: LeechJob): Promise<Child> {
    const hook = join(job.home, "complete.sh");
    await writeFile(hook, `#!/bin/sh\necho '{"event":"complete"}'\n`);
    await chmod(hook, 0o755);
    return new Child(this.name, [...this.#command(job), `--on-bt-download-complete=${hook}`, job.torrent.trackedPath], {
      cwd: job.home,
    });
  }

  #command(job: { readonly dir: string; readonly port: number }): string[] {
    return [
      ...aria2Basics(job.dir),
      `--listen-port=${job.port}`,
      "--seed-ratio=0.0",
      "--interface=127.0.0.1",
      "--bt-external-ip=127.0.0.1",
      "--bt-max-peers=0",
      "--bt-request-peer-speed-limit=1000M",
      "--max-overall-upload-limit=0",
      "--max-overall-download-limit=0",
    ];
  }
}

/** The options of every use: no output, no configuration file, plain TCP. */
export function aria2Basics(dir: string): string[] {
  return [
    "aria2c",
    "--no-conf",
    `--dir=${dir}`,
    "--enable-dht=false",
    "--enable-dht6=false",
    "--bt-enable-lpd=false",
    "--enable-peer-exchange=false",
    "--disable-ipv6",
    "--bt-require-crypto=false",
    "--bt-min-crypto-level=plain",
    "--file-allocation=none",
    "--auto-save-interval=0",
    "--bt-save-metadata=false",
    "--follow-torrent=mem",
    "--summary-interval=0",
    "--console-log-level=error",
    "--show-console-readout=false",
    "--download-result=hide",
  ];
}
