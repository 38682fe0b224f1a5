/** Millrace's library as one process of the benchmark. Its job is JSON in argv[2]; it prints a JSON line per event. */
import { readFileSync } from "node:fs";
import { loadMillrace } from "../lib/library.ts";
import { tell } from "../lib/tell.ts";

interface Job {
  readonly mode: "idle" | "hold";
  readonly root: string;
  /** The folder of the data, and the folder of the state. */
  readonly dir: string;
  readonly home: string;
  readonly port: number;
  /** A JSON file of the torrents' paths: more than an argument can hold. */
  readonly list: string;
  readonly maxPeers: number;
}

const job = JSON.parse(process.argv[2] ?? "") as Job;
const { Client } = await loadMillrace(job.root);
const client = new Client({
  downloadDir: job.dir,
  stateDir: job.home,
  port: job.port,
  listenIp: "127.0.0.1",
  trackers: false,
  maxPeers: job.maxPeers,
  maxConnections: job.maxPeers,
});
process.on("SIGINT", () => undefined);
process.once("SIGTERM", () => {
  void client.close().finally(() => process.exit());
});

const torrents = await Promise.all(
  (JSON.parse(readFileSync(job.list, "utf8")) as string[]).map((path) => client.add(path)),
);
// "hold" has a torrent without data: it is ready when it listens and has checked that.
if (job.mode === "idle") await Promise.all(torrents.map((torrent) => torrent.done));
else
  await Promise.all(
    torrents.map(
      (torrent) =>
        new Promise<void>((resolve) => {
          const look = () => {
            if (torrent.state.kind === "downloading") resolve();
          };
          torrent.on("state", look);
          look();
        }),
    ),
  );
tell("ready");
