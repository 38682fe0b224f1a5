/** npm bittorrent-tracker as a program: PORT, for HTTP and UDP. */
import { Server } from "bittorrent-tracker";
import { tell } from "../lib/tell.ts";

const server = new Server({ http: true, udp: true, ws: false, stats: false });
// It warns of every request that it refuses; whoever sent it hears of it, too.
server.on("warning", () => undefined);
server.on("error", (error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => process.exit(0));
server.listen(Number(process.argv[2]), { http: "127.0.0.1", udp: "127.0.0.1", udp6: "::1" }, () => tell("ready"));
