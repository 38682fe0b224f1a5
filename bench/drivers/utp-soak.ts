/**
 * One end of many uTP connections of Millrace that exchange data of random lengths. Its job is JSON in argv[2]; it
 * prints a JSON line per event. Each direction of a connection carries a length (4 bytes), the data, and its SHA-256.
 */
import { createHash, randomBytes, randomInt } from "node:crypto";
import { loadRuntime, loadTransport, loadUtp } from "../lib/library.ts";
import { tell } from "../lib/tell.ts";
import { sleep } from "../lib/wait.ts";
import type { Connection } from "../../src/transport/index.ts";
import type { Runtime } from "../../src/runtime/index.ts";

interface Job {
  readonly root: string;
  /** Connections at once. */
  readonly connections: number;
  /** Seconds in which new connections are made. */
  readonly seconds: number;
  /** The part of the sent datagrams that are dropped. */
  readonly loss: number;
  /** The port of the other end; without one it accepts. */
  readonly to?: number;
}

const IP = "127.0.0.1";
const POOL = randomBytes(8 << 20);
const [SHORTEST, LONGEST] = [1 << 10, 1 << 20];
const SLICE = 16 << 10;
/** Milliseconds between two slices of a connection at the most, and for which a reader pauses. */
const [SLICE_MS, PAUSE_MS] = [600, 500];
const START_MS = 3_000;
/** One of that many reads is followed by a pause. */
const READS_BEFORE_PAUSE = 100;
const HASH_BYTES = 32;

const job = JSON.parse(process.argv[2] ?? "") as Job;
const { nodeRuntime } = await loadRuntime(job.root);
const { UdpPort } = await loadTransport(job.root);
const { UtpTransport } = await loadUtp(job.root);
const runtime = nodeRuntime();
const port = new UdpPort({ runtime: lossy(runtime), ip: IP, port: () => 0 });
const transport = new UtpTransport({ runtime, port, families: [4] });
process.on("SIGINT", () => undefined);
process.once("SIGTERM", () => process.exit());

let [completed, received] = [0, 0];
const failures: string[] = [];

/** A runtime that drops a part of the datagrams. */
function lossy(real: Runtime): Runtime {
  return {
    ...real,
    datagrams: {
      bind: async (options) => {
        const socket = await real.datagrams.bind(options);
        return {
          local: socket.local,
          receiveBufferBytes: socket.receiveBufferBytes,
          send: (bytes, to) => {
            if (Math.random() >= job.loss) socket.send(bytes, to);
          },
          close: () => socket.close(),
        };
      },
    },
  };
}

/** Sends and receives one piece of data; resolves at the end of the connection. */
async function exchange(connection: Connection): Promise<void> {
  const reading = new Reading();
  const state = { isSent: false, isOver: false };
  /** The side that accepted ends, when it has sent and received everything. */
  const endIfDone = (): void => {
    if (job.to === undefined && state.isSent && reading.isComplete) connection.end();
  };
  const closed = new Promise<void>((resolve, reject) => {
    connection.start({
      onData: (chunk) => {
        received += chunk.length;
        reading.push(chunk);
        if (reading.isComplete) endIfDone();
        else if (randomInt(READS_BEFORE_PAUSE) === 0) {
          connection.pause();
          setTimeout(() => connection.resume(), randomInt(PAUSE_MS));
        }
      },
      onDrain: () => undefined,
      onClose: (error) => {
        state.isOver = true;
        if (error !== undefined) reject(error);
        else if (!state.isSent || !reading.isRight)
          reject(new Error("the connection ended early, or the data differs"));
        else resolve();
      },
    });
  });
  const sending = (async (): Promise<void> => {
    const length = Math.floor(SHORTEST * (LONGEST / SHORTEST) ** Math.random());
    const from = randomInt(POOL.length - length);
    const bytes = POOL.subarray(from, from + length);
    const head = Buffer.alloc(4);
    head.writeUInt32BE(length);
    connection.write(head);
    for (let at = 0; at < length && !state.isOver; at += SLICE) {
      connection.write(bytes.subarray(at, at + SLICE));
      await sleep(randomInt(SLICE_MS) / 1000);
    }
    connection.write(createHash("sha256").update(bytes).digest());
    state.isSent = true;
    endIfDone();
  })();
  await Promise.all([closed, sending]);
}

/** Reads one piece of data and compares its hash. */
class Reading {
  readonly #hash = createHash("sha256");
  #head = Buffer.alloc(0);
  #left = -1;
  #tail = Buffer.alloc(0);
  isComplete = false;
  isRight = false;

  push(chunk: Uint8Array): void {
    let rest = Buffer.from(chunk);
    if (this.#left < 0) {
      this.#head = Buffer.concat([this.#head, rest]);
      if (this.#head.length < 4) return;
      this.#left = this.#head.readUInt32BE();
      rest = this.#head.subarray(4);
    }
    const data = rest.subarray(0, this.#left);
    this.#hash.update(data);
    this.#left -= data.length;
    this.#tail = Buffer.concat([this.#tail, rest.subarray(data.length)]);
    if (this.#tail.length < HASH_BYTES) return;
    this.isComplete = true;
    this.isRight = this.#tail.equals(this.#hash.digest());
  }
}

async function follow(connection: Connection): Promise<void> {
  try {
    await exchange(connection);
    completed++;
  } catch (error) {
    failures.push(String(error));
  }
}

/** Makes one connection after the other. The first ones do not begin at once, as peers do not. */
async function dialAgain(to: number, until: number): Promise<void> {
  await sleep(randomInt(START_MS) / 1000);
  while (Date.now() < until) {
    try {
      const { signal } = new AbortController();
      await follow(await transport.dial({ kind: "ip", ip: IP, port: to }, { signal, timeoutMs: 30_000 }));
    } catch (error) {
      failures.push(String(error));
    }
  }
}

const report = (): object => ({
  completed,
  received,
  failures: failures.length,
  first: [...new Set(failures)].join("; ").slice(0, 1000),
  open: transport.size,
  stored: transport.storedBytes,
});

if (job.to === undefined) {
  const local = await transport.listen((connection) => void follow(connection));
  tell("ready", { port: local?.port });
  process.stdin.on("data", () => tell("complete", report()));
} else {
  const { to } = job;
  const until = Date.now() + job.seconds * 1000;
  await Promise.all(Array.from({ length: job.connections }, () => dialAgain(to, until)));
  // The last ends are acknowledged, and closed connections forgotten.
  await sleep(12);
  tell("complete", report());
}
