/**
 * A client of `hostile`: the attacked one, or the honest seeder that it downloads from. Its job is JSON in argv[2]; it
 * prints a JSON line per event and reads commands as JSON lines from stdin.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { loadMillrace } from "../lib/library.ts";
import { tell } from "../lib/tell.ts";

export interface AttackedJob {
  readonly root: string;
  /** An empty folder for its own files. */
  readonly home: string;
  readonly port: number;
  /** Whether it has a DHT node, which knows no other. Default false. */
  readonly dht?: boolean;
  /** Torrents that it has from the start. */
  readonly holds: readonly { readonly torrent: string; readonly dir: string; readonly isSeeding: boolean }[];
}

/** Its commands. */
export type AttackedOrder =
  /** Adds a torrent, if it does not hold it, with peers to dial. Prints "complete" when it is downloaded. */
  | { readonly order: "download"; readonly torrent: string; readonly dir: string; readonly peers: readonly string[] }
  /** Restarts the measurement of the event loop. */
  | { readonly order: "watch" }
  /** Prints "watched": how late the event loop was. */
  | { readonly order: "report" }
  /** Dials a peer for its torrents, again each second until it is connected. */
  | { readonly order: "dial"; readonly peer: string };

const job = JSON.parse(process.argv[2] ?? "") as AttackedJob;
const { Client } = await loadMillrace(job.root);
const dht = job.dht === true ? { bootstrap: [] } : false;
const client = new Client({ stateDir: job.home, port: job.port, listenIp: "127.0.0.1", trackers: false, dht });
const delay = monitorEventLoopDelay({ resolution: 1 });

process.on("SIGINT", () => undefined);
process.once("SIGTERM", () => {
  void client.close().finally(() => process.exit());
});

const held = new Map(
  await Promise.all(
    job.holds.map(async ({ torrent: path, dir, isSeeding }) => {
      const torrent = await client.add(path, { downloadDir: dir, skipCheck: isSeeding });
      if (isSeeding) await torrent.done;
      else
        await new Promise<void>((resolve) => {
          const look = () => {
            if (torrent.state.kind === "downloading") resolve();
          };
          torrent.on("state", look);
          look();
        });
      return [path, torrent] as const;
    }),
  ),
);

/** A stall counts for the measurement in which it began. */
function watched(): object {
  const queries = client.dht?.stats.families.reduce((sum, family) => sum + family.queries, 0);
  return { p50: delay.percentile(50) / 1e6, p99: delay.percentile(99) / 1e6, max: delay.max / 1e6, queries };
}

async function obey(order: AttackedOrder): Promise<void> {
  switch (order.order) {
    case "watch":
      delay.disable();
      delay.reset();
      delay.enable();
      return;
    case "report":
      tell("watched", watched());
      return;
    case "dial":
      for (const torrent of held.values()) {
        const dial = () => void torrent.addPeers([order.peer]);
        dial();
        const again = setInterval(() => {
          if (torrent.peers().length > 0) clearInterval(again);
          else dial();
        }, 1000);
      }
      return;
    case "download": {
      const torrent =
        held.get(order.torrent) ?? (await client.add(order.torrent, { downloadDir: order.dir, peers: order.peers }));
      await torrent.done;
      tell("complete", watched());
      return;
    }
    default:
      throw new Error("no such order");
  }
}

createInterface({ input: process.stdin }).on("line", (line) => void obey(JSON.parse(line) as AttackedOrder));
tell("ready");
