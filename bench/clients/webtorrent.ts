import { Child } from "../lib/child.ts";
import { READY_SECONDS } from "./client.ts";
import type { LeechJob, SeedJob, TransferClient } from "./client.ts";

export class Webtorrent implements TransferClient {
  readonly name = "webtorrent";
  readonly #driver: string;

  constructor(driver: string) {
    this.#driver = driver;
  }

  start(job: Readonly<Record<string, unknown>>): Child {
    return new Child(this.name, [process.execPath, this.#driver, JSON.stringify(job)]);
  }

  async seed(job: SeedJob): Promise<Child> {
    const child = this.start({ mode: "seed", torrent: job.torrent.path, dir: job.dir, port: job.port });
    await child.waitFor("ready", READY_SECONDS);
    return child;
  }

  async leech(job: LeechJob): Promise<Child> {
    const child = this.start({ mode: "leech", torrent: job.torrent.path, dir: job.dir, port: job.port });
    await child.waitFor("ready", READY_SECONDS);
    child.send({ peers: job.peers });
    return child;
  }
}
