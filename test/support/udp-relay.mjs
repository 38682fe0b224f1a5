// Passes datagrams on both ways, each with a delay, some of them never. Its job is JSON in argv[2]: `ip` (the local
// address), `to` (the receiver), `delayMs`, `loss` (0 to 1). Prints its port as JSON.
import { createSocket } from "node:dgram";

const { ip, to, delayMs, loss } = JSON.parse(process.argv[2] ?? "");
const BUFFER_BYTES = 4 << 20;

const bound = () =>
  new Promise((resolve) => {
    const socket = createSocket({ type: "udp4", recvBufferSize: BUFFER_BYTES, sendBufferSize: BUFFER_BYTES });
    socket.bind(0, ip, () => resolve(socket));
  });
const later = (send) => {
  if (Math.random() >= loss) setTimeout(() => send(), delayMs);
};
const [near, far] = await Promise.all([bound(), bound()]);
let from;
near.on("message", (bytes, sender) => {
  from = sender;
  later(() => far.send(bytes, to.port, to.ip));
});
far.on("message", (bytes) => later(() => near.send(bytes, from.port, from.address)));
process.stdout.write(`${JSON.stringify({ port: near.address().port })}\n`);
