import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { Child } from "../lib/child.ts";
import { READY_SECONDS } from "./client.ts";
import type { LeechJob, SeedJob, TransferClient } from "./client.ts";

export class Millrace implements TransferClient {
  readonly name: string;
  /** The folder of the built copy under measurement. */
  readonly root: string;
  /** The options against the DHT, local discovery and encryption, as far as the copy has them. */
  readonly #alone: readonly string[];

  /** `encryption`: its policy, for copies that have one. */
  constructor(name: string, root: string, encryption: "disabled" | "required" = "disabled") {
    this.name = name;
    this.root = root;
    const [program = "", ...help] = this.command(["download", "--help"]);
    const { stdout } = spawnSync(program, help, { encoding: "utf8" });
    this.#alone = [
      ...["--no-dht", "--no-lsd"].filter((option) => stdout.includes(option)),
      ...(stdout.includes("--encryption") ? ["--encryption", encryption] : []),
    ];
  }

  /** `nodeOptions` stand before the program. */
  command(args: readonly string[], nodeOptions: readonly string[] = []): string[] {
    return [process.execPath, ...nodeOptions, join(this.root, "bin/millrace.js"), ...args];
  }

  /** A driver of the harness that uses the library of this copy. */
  start(driver: string, job: Readonly<Record<string, unknown>>): Child {
    return new Child(this.name, [process.execPath, driver, JSON.stringify({ ...job, root: this.root })]);
  }

  async seed(job: SeedJob): Promise<Child> {
    const child = new Child(
      this.name,
      this.command([
        "seed",
        job.torrent.path,
        "--dir",
        job.dir,
        "--port",
        String(job.port),
        "--skip-check",
        "--no-trackers",
        ...this.#alone,
        "--json",
      ]),
      { cwd: job.home },
    );
    await child.waitFor("ready", READY_SECONDS);
    return child;
  }

  /** With `--seed` it keeps running, as the others do, so that its CPU seconds can be read when it is complete. */
  async leech(
    job: LeechJob,
    nodeOptions: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Child> {
    const peers = job.peers.flatMap((port) => ["--peer", `127.0.0.1:${port}`]);
    const args = [
      "download",
      job.torrent.path,
      "--dir",
      job.dir,
      "--port",
      String(job.port),
      ...peers,
      "--no-trackers",
      ...this.#alone,
      "--seed",
      "--json",
    ];
    return new Child(this.name, this.command(args, nodeOptions), { cwd: job.home, env });
  }
}
