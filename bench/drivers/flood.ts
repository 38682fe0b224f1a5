/**
 * The hostile peers of `hostile`, in a process of their own with a lower priority. Its job is JSON in argv[2]; it tells
 * "flooding" when every peer has connected once, answers each line on stdin with "counted", and ends on SIGTERM.
 */
import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { setPriority } from "node:os";
import { createInterface } from "node:readline";
import { encodeHandshake, HANDSHAKE_LENGTH } from "../../src/wire/index.ts";
import { scriptOf } from "../lib/flood-scripts.ts";
import { FLOODS } from "../lib/floods.ts";
import type { Flood, FloodJob } from "../lib/floods.ts";
import { tell } from "../lib/tell.ts";

/**
 * Below everything else: the flood takes what the download leaves of the processors, as if it came from another
 * machine.
 */
const NICE = 10;
const CHUNK = 64 * 1024;
/** Bytes that wait in this process for one connection, at most. */
const HIGH_WATER = 256 * 1024;
const TICK_MS = 4;
/** Milliseconds until a peer that was hung up on comes again. */
const AGAIN_MS = 250;

const job = JSON.parse(process.argv[2] ?? "") as FloodJob;
const flood: Flood = FLOODS[job.name];
const infoHash = Buffer.from(job.infoHash, "hex");
const counts = { taken: 0, received: 0, connects: 0, parted: 0 };

const script = scriptOf(job.name, job);
const isSilent = job.name.startsWith("silent");

/** One hostile peer, which comes again whenever it is hung up on. */
class Attacker {
  readonly #address: string;
  #socket: Socket | undefined;
  #at = 0;
  #sent = 0;
  /** Whether it has said its opening. */
  #isIn = false;
  /** Resolves when it has been let in, or sent away, once. */
  readonly tried: Promise<void>;
  #onTried: () => void = () => undefined;

  constructor(index: number) {
    this.#address = flood.isShared === true ? "127.9.9.9" : `127.1.${Math.floor(index / 254)}.${(index % 254) + 1}`;
    this.tried = new Promise((resolve) => {
      this.#onTried = resolve;
    });
  }

  get isOpen(): boolean {
    return this.#isIn;
  }

  /** `after` is called when the connection is over; by default it is made again. */
  dial(after: () => void = () => void setTimeout(() => this.dial(), AGAIN_MS)): Socket {
    const socket = connect({ host: "127.0.0.1", port: job.port, localAddress: this.#address });
    this.#socket = socket;
    this.#at = 0;
    this.#sent = 0;
    counts.connects += 1;
    let received = 0;
    socket.once("connect", () => {
      socket.setNoDelay(true);
      if (isSilent) this.#isIn = true;
      else
        socket.write(
          encodeHandshake({ infoHash, peerId: randomBytes(20), reserved: { fast: script.isFast, extended: true } }),
        );
      if (isSilent) this.#onTried();
    });
    socket.on("data", (bytes) => {
      received += bytes.length;
      counts.received += bytes.length;
      if (this.#isIn || received < HANDSHAKE_LENGTH) return;
      this.#isIn = true;
      if (script.opening.length > 0) socket.write(script.opening);
      if (script.isDeaf) socket.pause();
      this.#onTried();
    });
    socket.on("error", () => undefined);
    socket.once("close", () => {
      this.note();
      counts.parted += 1;
      this.#isIn = false;
      this.#onTried();
      after();
    });
    return socket;
  }

  /** Connects, is answered and hangs up. */
  visit(): void {
    const socket = this.dial(() => undefined);
    socket.once("data", () => socket.destroy());
  }

  /** Says as much as the connection takes now, {@link CHUNK} at most; answers how much. */
  say(): number {
    const socket = this.#socket;
    if (socket === undefined || !this.#isIn || socket.writableLength > HIGH_WATER) return 0;
    const { ring } = script;
    const part = ring.subarray(this.#at, this.#at + CHUNK);
    this.#at = this.#at + part.length >= ring.length ? 0 : this.#at + part.length;
    socket.write(part);
    this.note();
    return part.length;
  }

  /** Counts what the other side's TCP has taken. */
  note(): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    const sent = socket.bytesWritten - socket.writableLength;
    counts.taken += Math.max(0, sent - this.#sent);
    this.#sent = Math.max(this.#sent, sent);
  }
}

/** Lets `rate` a second through, in ticks: `spend` is asked how much of the budget it used, 0 for nothing any more. */
function pace(rate: number, spend: () => number): void {
  let budget = 0;
  let last = process.hrtime.bigint();
  setInterval(() => {
    const now = process.hrtime.bigint();
    budget = Math.min(budget + (rate * Number(now - last)) / 1e9, rate / 20);
    last = now;
    while (budget > 0) {
      const used = spend();
      if (used === 0) break;
      budget -= used;
    }
  }, TICK_MS);
}

setPriority(NICE);
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => process.exit(0));
const attackers = Array.from({ length: flood.peers }, (_, index) => new Attacker(index));
createInterface({ input: process.stdin }).on("line", () => {
  for (const attacker of attackers) attacker.note();
  tell("counted", { ...counts, open: attackers.filter(({ isOpen }) => isOpen).length });
});

let next = 0;
const following = (): Attacker | undefined => attackers[(next += 1) % attackers.length];
if (job.name === "reconnect") {
  pace(job.rate, () => {
    following()?.visit();
    return 1;
  });
} else {
  for (const attacker of attackers) attacker.dial();
  await Promise.all(attackers.map(({ tried }) => tried));
  let left = flood.total ?? Infinity;
  if (job.rate > 0 && script.ring.length > 0) {
    pace(job.rate, () => {
      for (let tries = 0; tries < attackers.length && left > 0; tries += 1) {
        const used = following()?.say() ?? 0;
        left -= used;
        if (used > 0) return used;
      }
      return 0;
    });
  }
}
tell("flooding");
