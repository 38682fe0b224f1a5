/** Passes datagrams on both ways, each with a delay, some of them never. Its job is JSON in argv[2]. */
import { createSocket, type Socket } from "node:dgram";
import { tell } from "../lib/tell.ts";

interface Job {
  /** The address for the side that sends first, and the one towards the other side. */
  readonly ips: readonly [string, string];
  readonly to: { readonly ip: string; readonly port: number };
  readonly delayMs: number;
  /** The part of the datagrams that is lost, 0 to 1. */
  readonly loss: number;
}

const BUFFER_BYTES = 4 << 20;

const { ips, to, delayMs, loss } = JSON.parse(process.argv[2] ?? "") as Job;
const [near, far] = await Promise.all(ips.map(bind));
if (near === undefined || far === undefined) throw new Error("two addresses are needed");
let from: { readonly address: string; readonly port: number } | undefined;

near.on("message", (bytes, sender) => {
  from = sender;
  later(() => far.send(bytes, to.port, to.ip));
});
far.on("message", (bytes) => {
  const back = from;
  if (back !== undefined) later(() => near.send(bytes, back.port, back.address));
});
process.once("SIGTERM", () => process.exit());
tell("ready", { port: near.address().port });

function later(send: () => void): void {
  if (Math.random() >= loss) setTimeout(send, delayMs);
}

function bind(ip: string): Promise<Socket> {
  const socket = createSocket({ type: "udp4", recvBufferSize: BUFFER_BYTES, sendBufferSize: BUFFER_BYTES });
  return new Promise((resolve) => socket.bind(0, ip, () => resolve(socket)));
}
