/** npm bittorrent-tracker as a program: PORT, for HTTP and UDP. */
import { Server } from "bittorrent-tracker";
import { tell } from "../lib/tell.ts";

const server = new Server({ http: true, udp: true, ws: false, stats: false });
// It emits a warning for every request that it refuses; the client receives the reason, too.
server.on("warning", () => undefined);
server.on("error", (error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => process.exit(0));
server.listen(Number(process.argv[2]), { http: "127.0.0.1", udp: "127.0.0.1", udp6: "::1" }, () => tell("ready"));
