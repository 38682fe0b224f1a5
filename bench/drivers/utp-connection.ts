/** One end of a uTP connection of Millrace. Its job is JSON in argv[2]; it prints a JSON line per event. */
import { loadRuntime, loadTransport, loadUtp } from "../lib/library.ts";
import { tell } from "../lib/tell.ts";

interface Job {
  readonly root: string;
  readonly size: number;
  readonly packetBytes: number;
  /** The port to send to; without one it receives. */
  readonly to?: number;
}

const IP = "127.0.0.1";
const CHUNK = new Uint8Array(256 * 1024);

const job = JSON.parse(process.argv[2] ?? "") as Job;
const { nodeRuntime } = await loadRuntime(job.root);
const { UdpPort } = await loadTransport(job.root);
const { UtpTransport } = await loadUtp(job.root);
const runtime = nodeRuntime();
const port = new UdpPort({ runtime, ip: IP, port: () => 0 });
const transport = new UtpTransport({ runtime, port, families: [4], maxPacketBytes: job.packetBytes });
process.on("SIGINT", () => undefined);
process.once("SIGTERM", () => process.exit());

if (job.to === undefined) {
  const local = await transport.listen((connection) => {
    let received = 0;
    tell("connected");
    connection.start({
      onData: (chunk) => {
        received += chunk.length;
        if (received >= job.size) tell("complete");
      },
      onDrain: () => undefined,
      onClose: () => undefined,
    });
  });
  tell("ready", { port: local?.port });
} else {
  const connection = await transport.dial(
    { kind: "ip", ip: IP, port: job.to },
    { signal: new AbortController().signal, timeoutMs: 5_000 },
  );
  let left = job.size;
  const pump = (): void => {
    while (left > 0) {
      const count = Math.min(left, CHUNK.length);
      left -= count;
      if (!connection.write(CHUNK.subarray(0, count))) return;
    }
  };
  connection.start({ onData: () => undefined, onDrain: pump, onClose: () => undefined });
  pump();
}
