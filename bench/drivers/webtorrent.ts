/** WebTorrent as one process of the benchmark. Its job is JSON in argv[2]; it prints a JSON line per event. */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import WebTorrent from "webtorrent";
import type { WebTorrentTorrent } from "webtorrent";
import { tell } from "../lib/tell.ts";

interface Job {
  readonly mode: "seed" | "leech" | "check" | "idle";
  readonly torrent: string;
  /** A JSON file of many torrents' paths: more than an argument can hold. */
  readonly list: string;
  readonly dir: string;
  readonly port: number;
}

const job = JSON.parse(process.argv[2] ?? "") as Job;

const client = new WebTorrent({
  dht: false,
  lsd: false,
  tracker: false,
  utp: false,
  utPex: false,
  natUpnp: false,
  natPmp: false,
  webSeeds: false,
  secure: 0,
  torrentPort: job.port,
  maxConns: 4000,
  seedOutgoingConnections: false,
});
client.on("error", (error: Error) => {
  process.stderr.write(`${error.stack ?? error.message}\n`);
  process.exit(1);
});
process.on("SIGTERM", () => process.exit(0));
process.on("SIGINT", () => undefined);

const options = { path: job.dir, announce: [] };

function add(path: string, extra: object = {}): Promise<WebTorrentTorrent> {
  return new Promise((resolve) => {
    client.add(readFileSync(path), { ...options, ...extra }, resolve);
  });
}

function done(torrent: WebTorrentTorrent): Promise<void> {
  return torrent.done
    ? Promise.resolve()
    : new Promise((resolve) => {
        torrent.once("done", resolve);
      });
}

if (!client.listening)
  await new Promise((resolve) => {
    client.once("listening", resolve);
  });
switch (job.mode) {
  case "seed":
    await done(await add(job.torrent, { skipVerify: true }));
    tell("ready");
    break;
  case "leech": {
    const torrent = await add(job.torrent);
    torrent.on("done", () => tell("complete"));
    createInterface({ input: process.stdin }).once("line", (line) => {
      const { peers } = JSON.parse(line) as { peers: number[] };
      for (const port of peers) torrent.addPeer(`127.0.0.1:${port}`);
    });
    tell("ready");
    break;
  }
  case "check": {
    tell("ready");
    const torrent = client.add(readFileSync(job.torrent), options);
    torrent.once("done", () => tell("complete", { valid: torrent.progress === 1 }));
    break;
  }
  case "idle":
    await Promise.all(
      (JSON.parse(readFileSync(job.list, "utf8")) as string[]).map(
        (path) =>
          new Promise<void>((resolve) => {
            client.add(readFileSync(path), options).once("done", resolve);
          }),
      ),
    );
    tell("ready");
    break;
}
