/**
 * The control of `hostile`: replies to a handshake with a handshake, and drops everything else. Its port is argv[2].
 */
import { createServer } from "node:net";
import { HANDSHAKE_LENGTH } from "../../src/wire/index.ts";
import { tell } from "../lib/tell.ts";

const server = createServer((socket) => {
  let received = 0;
  socket.on("error", () => undefined);
  socket.on("data", (bytes) => {
    if (received === 0 && bytes.length >= HANDSHAKE_LENGTH) socket.write(bytes.subarray(0, HANDSHAKE_LENGTH));
    received += bytes.length;
  });
});
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => process.exit(0));
server.listen(Number(process.argv[2]), "127.0.0.1", () => tell("ready"));
