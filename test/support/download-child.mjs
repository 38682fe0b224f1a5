// Downloads in a process that a test may kill: TORRENT DIR PEER RATE. Prints a JSON line for each stored piece, one
// when complete, one when the client is closed; then no resource may keep the process alive.
import { Client } from "../../dist/index.js";

const [file, downloadDir, peer, rate] = process.argv.slice(2);
const say = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);
const client = new Client({ downloadDir, port: 0, maxDownloadRate: rate === "0" ? undefined : Number(rate) });
const torrent = await client.add(file, { peers: [peer] });
torrent.on("piece", (piece) => say({ event: "piece", piece }));
await torrent.done;
say({ event: "complete" });
await client.close();
say({ event: "closed" });
