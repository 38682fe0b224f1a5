// One end of a flow over uTP of the built package, or over TCP of the system. Its job is JSON in argv[2]: `kind` (utp,
// tcp), `ip` (the local address), `to` (where to send; without it, this end receives), `bytes` (how many to send;
// without it, no end). Prints lines of JSON: `port`, then `received`, ten times a second, and at the end `sha256`.
import { createHash } from "node:crypto";
import { connect, createServer } from "node:net";
import { nodeRuntime } from "../../dist/runtime/node/index.js";
import { UdpPort } from "../../dist/transport/index.js";
import { UtpTransport } from "../../dist/utp/index.js";

const { kind, ip, to, bytes = Infinity } = JSON.parse(process.argv[2] ?? "");
const CHUNK = Uint8Array.from({ length: 65_521 }, (_, n) => (n * n) % 251);
const REPORT_MS = 100;

const tell = (fields) => process.stdout.write(`${JSON.stringify(fields)}\n`);
const hash = createHash("sha256");
let received = 0;
let left = bytes;

function take(chunk) {
  received += chunk.length;
  hash.update(chunk);
}

/** Writes until the connection is full; ends it after the last byte. */
function pump(connection) {
  while (left > 0) {
    const chunk = CHUNK.subarray(0, Math.min(left, CHUNK.length));
    left -= chunk.length;
    hash.update(chunk);
    const hasRoom = connection.write(chunk);
    if (left === 0) connection.end();
    if (!hasRoom) return;
  }
}

const onOver = () => tell({ received, sha256: hash.digest("hex") });

async function utp() {
  const runtime = nodeRuntime();
  const transport = new UtpTransport({ runtime, port: new UdpPort({ runtime, ip, port: () => 0 }), families: [4] });
  const follow = (connection) => connection.start({ onData: take, onDrain: () => pump(connection), onClose: onOver });
  if (to === undefined) {
    tell({ port: (await transport.listen(follow)).port });
    return;
  }
  const { signal } = new AbortController();
  const connection = await transport.dial({ kind: "ip", ...to }, { signal, timeoutMs: 30_000 });
  follow(connection);
  pump(connection);
}

function tcp() {
  if (to === undefined) {
    const server = createServer((socket) => socket.on("data", take).on("error", () => undefined));
    server.listen(0, ip, () => tell({ port: server.address().port }));
    return;
  }
  const socket = connect(to.port, to.ip);
  socket.on("connect", () => pump(socket)).on("drain", () => pump(socket));
}

if (kind === "utp") await utp();
else tcp();
if (to === undefined) setInterval(() => tell({ received }), REPORT_MS);
