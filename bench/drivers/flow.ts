/**
 * One end of a flow of bytes without an end: over uTP of Millrace, or over TCP of the system. Its job is JSON in
 * argv[2]. The receiver tells the bytes that it has received so far, ten times a second.
 */
import { connect, createServer } from "node:net";
import { loadRuntime, loadTransport, loadUtp } from "../lib/library.ts";
import { tell } from "../lib/tell.ts";

interface Job {
  readonly root: string;
  readonly kind: "utp" | "tcp";
  /** The local address. */
  readonly ip: string;
  /** Where to send; without it, this end receives. */
  readonly to?: { readonly ip: string; readonly port: number };
}

const CHUNK = new Uint8Array(64 * 1024);
const REPORT_MS = 100;

const job = JSON.parse(process.argv[2] ?? "") as Job;
let received = 0;
process.once("SIGTERM", () => process.exit());
process.once("SIGINT", () => process.exit());
if (job.kind === "utp") await utp();
else tcp();
if (job.to === undefined) setInterval(() => tell("received", { bytes: received }), REPORT_MS);

async function utp(): Promise<void> {
  const { nodeRuntime } = await loadRuntime(job.root);
  const { UdpPort } = await loadTransport(job.root);
  const { UtpTransport } = await loadUtp(job.root);
  const runtime = nodeRuntime();
  const port = new UdpPort({ runtime, ip: job.ip, port: () => 0 });
  const transport = new UtpTransport({ runtime, port, families: [4] });
  if (job.to === undefined) {
    const local = await transport.listen((connection) =>
      connection.start({
        onData: (chunk) => {
          received += chunk.length;
        },
        onDrain: () => undefined,
        onClose: () => undefined,
      }),
    );
    tell("ready", { port: local?.port });
    return;
  }
  const { signal } = new AbortController();
  const connection = await transport.dial({ kind: "ip", ...job.to }, { signal, timeoutMs: 10_000 });
  const pump = (): void => {
    while (connection.write(CHUNK)) continue;
  };
  connection.start({ onData: () => undefined, onDrain: pump, onClose: () => undefined });
  pump();
}

function tcp(): void {
  if (job.to === undefined) {
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.on("data", (chunk) => {
        received += chunk.length;
      });
    });
    server.listen(0, job.ip, () => {
      const address = server.address();
      tell("ready", { port: typeof address === "object" ? address?.port : undefined });
    });
    return;
  }
  const socket = connect(job.to.port, job.to.ip);
  const pump = (): void => {
    while (socket.write(CHUNK)) continue;
  };
  socket.on("connect", pump).on("drain", pump);
}
