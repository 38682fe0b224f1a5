/**
 * The processor time of the main thread that handshakes take, with and without encryption. Its job is JSON in argv[2];
 * it prints a JSON line per event. The other side is in a worker: a thread has an event loop of its own.
 */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { encode } from "../../src/bencode/index.ts";
import type { Connection } from "../../src/transport/index.ts";
import { median } from "../lib/statistics.ts";
import { loadMillrace, loadRuntime, loadTransport, loadWire } from "../lib/library.ts";
import { tell } from "../lib/tell.ts";

interface Job {
  readonly root: string;
  readonly torrents: number;
  /**
   * The number of handshakes of each kind: with encryption and without, and a turn of each before, below 1,000, which a
   * client accepts from one network at once.
   */
  readonly handshakes: number;
  /** An empty folder. */
  readonly dir: string;
}

/** What the worker does next: dial a port that often, or tell at which port it listens. */
interface Order {
  readonly dial: number;
  readonly port: number;
  readonly isEncrypted: boolean;
}

interface Shared {
  readonly root: string;
  readonly infoHash: Uint8Array;
}

const IP = "127.0.0.1";
/** How often the handshakes of each kind are measured in turn. */
const TURNS = 9;
const { signal } = new AbortController();
const options = { signal, timeoutMs: 10_000 };
const shared: Shared = isMainThread
  ? { root: (JSON.parse(process.argv[2] ?? "") as Job).root, infoHash: new Uint8Array(20) }
  : (workerData as Shared);
const { nodeRuntime } = await loadRuntime(shared.root);
const { Connector, decryptIncoming, encryptOutgoing, PeerConnector, TcpConnection, TcpTransport } = await loadTransport(
  shared.root,
);
const { encodeHandshake, HANDSHAKE_LENGTH, MSE_PLAINTEXT, MSE_RC4 } = await loadWire(shared.root);
const runtime = nodeRuntime();
const handshakeOf = (infoHash: Uint8Array): Uint8Array =>
  encodeHandshake({ infoHash, peerId: randomBytes(20), reserved: { extended: true, fast: true } });

/** Resolves when the peer's handshake has arrived; the connection is then closed. */
function received(connection: Connection): Promise<void> {
  return new Promise((resolve, reject) => {
    let length = 0;
    connection.start({
      onData: (chunk) => {
        length += chunk.length;
        if (length < HANDSHAKE_LENGTH) return;
        connection.destroy();
        resolve();
      },
      onDrain: () => undefined,
      onClose: () => reject(new Error("the connection was closed before the handshake")),
    });
  });
}

/** The other side of the connections. */
async function other(port: NonNullable<typeof parentPort>): Promise<void> {
  const { infoHash } = shared;
  const listener = await runtime.net.listen({
    ip: IP,
    port: 0,
    onSocket: (socket) => {
      const side = { ...options, policy: "preferred", findTorrent: () => infoHash } as const;
      void decryptIncoming(runtime, new TcpConnection(socket), side).then(
        (connection) => {
          connection.start({ onData: () => undefined, onDrain: () => undefined, onClose: () => undefined });
          connection.write(handshakeOf(infoHash));
        },
        () => undefined,
      );
    },
  });
  port.postMessage(listener.local.port);
  port.on("message", (order: Order) => void dial(order).then(() => port.postMessage("done")));
}

async function dial({ dial: count, port, isEncrypted }: Order): Promise<void> {
  const { infoHash } = shared;
  for (let index = 0; index < count; index++) {
    const plain = new TcpConnection(await runtime.net.connect({ ...options, ip: IP, port }));
    const initialPayload = handshakeOf(infoHash);
    if (!isEncrypted) {
      const done = received(plain);
      plain.write(initialPayload);
      await done;
      continue;
    }
    const provide = MSE_RC4 | MSE_PLAINTEXT;
    await received(await encryptOutgoing(runtime, plain, { infoHash, provide, initialPayload, signal }));
  }
}

/** The milliseconds of the processor that this thread has used: the first number of `schedstat` is in nanoseconds. */
async function threadTime(): Promise<number> {
  const text = await readFile(`/proc/self/task/${process.pid}/schedstat`, "utf8");
  return Number(text.split(" ")[0]) / 1e6;
}

/** The milliseconds for which `work` keeps this event loop busy, divided by `count`. */
async function busy(count: number, work: () => Promise<unknown>): Promise<number> {
  const before = await threadTime();
  await work();
  return ((await threadTime()) - before) / count;
}

async function measured({ root, torrents, handshakes, dir }: Job): Promise<void> {
  const { Client } = await loadMillrace(root);
  const client = new Client({
    runtime,
    downloadDir: dir,
    port: 0,
    listenIp: IP,
    dht: false,
    lsd: false,
    utp: false,
    portMapping: false,
  });
  const torrentOf = (name: string): Uint8Array =>
    encode({ info: { length: 65_536, name, "piece length": 65_536, pieces: randomBytes(20) } });
  for (let index = 1; index < torrents; index++) await client.add(torrentOf(`data-${index}`), { paused: true });
  const torrent = await client.add(torrentOf("data"));
  const infoHash = torrent.infoHash.wire;
  const worker = new Worker(new URL(import.meta.url), { workerData: { root, infoHash } satisfies Shared });
  const [port] = (await once(worker, "message")) as [number];
  const tcp = new TcpTransport({ runtime, ip: IP, ports: { first: 0, last: 0 } });

  const incoming = (isEncrypted: boolean) => async (): Promise<void> => {
    worker.postMessage({ dial: each, port: client.port, isEncrypted } satisfies Order);
    await once(worker, "message");
  };
  const outgoing = (policy: "preferred" | "disabled") => async (): Promise<void> => {
    const connector = new PeerConnector(runtime, new Connector(runtime.clock, [tcp]), () => policy);
    for (let index = 0; index < each; index++) {
      const handshake = handshakeOf(infoHash);
      const { connection, isHandshakeSent } = await connector.dial(
        { kind: "ip", ip: IP, port },
        { ...options, handshake },
      );
      const done = received(connection);
      if (!isHandshakeSent) connection.write(handshake);
      await done;
    }
  };
  // In turns, so that a busy host slows down both; the median leaves out the turns in which it did so to one.
  const each = Math.floor(handshakes / TURNS);
  const kinds = [
    ["incoming", incoming(true), incoming(false)],
    ["outgoing", outgoing("preferred"), outgoing("disabled")],
  ] as const;
  for (const [kind, encrypted, plain] of kinds) {
    await encrypted();
    await plain();
    const turns: { readonly encrypted: number; readonly plain: number }[] = [];
    for (let turn = 0; turn < TURNS; turn++)
      turns.push({ encrypted: await busy(each, encrypted), plain: await busy(each, plain) });
    tell("figures", {
      kind,
      encrypted: median(turns.map((turn) => turn.encrypted)),
      plain: median(turns.map((turn) => turn.plain)),
      cost: median(turns.map((turn) => turn.encrypted - turn.plain)),
    });
  }
  tell("complete");
  await worker.terminate();
  await client.close();
  await runtime.close();
}

if (parentPort === null) await measured(JSON.parse(process.argv[2] ?? "") as Job);
else await other(parentPort);
