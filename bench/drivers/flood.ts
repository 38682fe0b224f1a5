/**
 * The hostile peers of `hostile`, in a separate process with a lower priority. Its job is JSON in argv[2]. It prints
 * "flooding" when every peer has connected once, replies to each line on stdin with "counted", and ends on SIGTERM.
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
 * The lowest priority: the flood uses the processor time that the download leaves, as if it came from another machine.
 */
const NICE = 10;
const CHUNK = 64 * 1024;
/** The most bytes that are queued in this process for one connection. */
const HIGH_WATER = 256 * 1024;
const TICK_MS = 4;
/** Milliseconds until a peer whose connection was closed connects again. */
const AGAIN_MS = 250;

const job = JSON.parse(process.argv[2] ?? "") as FloodJob;
const flood: Flood = FLOODS[job.name];
const infoHash = Buffer.from(job.infoHash, "hex");
const counts = { taken: 0, received: 0, connects: 0, parted: 0 };

const script = scriptOf(job.name, job);
const isSilent = job.name.startsWith("silent");

/** One hostile peer, which connects again whenever its connection is closed. */
class Attacker {
  readonly #address: string;
  #socket: Socket | undefined;
  #at = 0;
  #sent = 0;
  /** Whether it has sent its opening. */
  #isIn = false;
  /** Resolves when it was accepted or rejected once. */
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

  /** `after` is called when the connection is closed; by default the peer connects again. */
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

  /** Connects, receives a reply and closes the connection. */
  visit(): void {
    const socket = this.dial(() => undefined);
    socket.once("data", () => socket.destroy());
  }

  /** Sends as much as the connection takes now, {@link CHUNK} at most. Returns the number of bytes. */
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

  /** Counts the bytes that the other side's TCP has taken. */
  note(): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    const sent = socket.bytesWritten - socket.writableLength;
    counts.taken += Math.max(0, sent - this.#sent);
    this.#sent = Math.max(this.#sent, sent);
  }
}

/** Spends `rate` a second, in ticks: `spend` returns how much of the budget it used, 0 when nothing is left to do. */
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
