/** A DHT node of `dht`: it replies to all queries, without limits of rates. Its job is JSON in argv[2]. */
import { loadDht, loadRuntime, loadTransport } from "../lib/library.ts";
import { tell } from "../lib/tell.ts";

export interface DhtNodeJob {
  readonly root: string;
  readonly port: number;
}

const job = JSON.parse(process.argv[2] ?? "") as DhtNodeJob;
const [{ Dht }, { UdpPort }, { nodeRuntime }] = await Promise.all([
  loadDht(job.root),
  loadTransport(job.root),
  loadRuntime(job.root),
]);
const runtime = nodeRuntime();
const sockets = new UdpPort({ runtime, ip: "127.0.0.1", port: () => job.port });
const rates = { perAddress: 1e9, burst: 1e9, inAll: 1e9 };
const dht = new Dht({ runtime, sockets, families: [4], bootstrap: [], rates });

process.on("SIGINT", () => undefined);
process.once("SIGTERM", () => {
  void dht
    .close()
    .then(() => sockets.close())
    .then(() => runtime.close())
    .finally(() => process.exit());
});
await dht.open();
tell("ready");
