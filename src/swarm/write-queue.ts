import type { Storage } from "../storage/index.ts";
import { WRITE_RUN_BYTES } from "./limits.ts";

interface WaitingWrite {
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Writes at once. Threads that write to one file take turns at its lock, and spin while they wait: more of them only burn the
 * core that hashing needs. With one alone the disk would idle from the end of a write until the event loop begins the next.
 */
const WRITES_IN_FLIGHT = 2;

/** Writes of one torrent, a few at a time. What gathers meanwhile goes out together where it is adjacent. */
export class WriteQueue {
  readonly #storage: Pick<Storage, "write">;
  #waiting: WaitingWrite[] = [];
  #inFlight = 0;

  constructor(storage: Pick<Storage, "write">) {
    this.#storage = storage;
  }

  /** Writes `bytes` at `offset` of the torrent; they must not change until this resolves. Rejects as the storage does. */
  write(offset: number, bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ offset, bytes, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    const run = this.#inFlight === WRITES_IN_FLIGHT ? [] : this.#takeRun();
    const [first] = run;
    if (first === undefined) return;
    this.#inFlight++;
    const parts = run.map(({ bytes }) => bytes);
    this.#storage.write(first.offset, parts).then(
      () => this.#settle(run, ({ resolve }) => resolve()),
      (error: unknown) => this.#settle(run, ({ reject }) => reject(error)),
    );
  }

  #settle(run: readonly WaitingWrite[], settle: (write: WaitingWrite) => void): void {
    this.#inFlight--;
    this.#next();
    for (const write of run) settle(write);
  }

  /** Takes the write that waited longest and those next to it, in the order of their offsets. */
  #takeRun(): WaitingWrite[] {
    const [oldest] = this.#waiting;
    if (oldest === undefined) return [];
    const byStart = new Map(this.#waiting.map((write) => [write.offset, write]));
    const byEnd = new Map(this.#waiting.map((write) => [end(write), write]));
    const run = [oldest];
    let room = WRITE_RUN_BYTES - oldest.bytes.length;
    for (let after = byStart.get(end(oldest)); after !== undefined && after.bytes.length <= room; after = byStart.get(end(after))) {
      run.push(after);
      room -= after.bytes.length;
    }
    for (let before = byEnd.get(oldest.offset); before !== undefined && before.bytes.length <= room; before = byEnd.get(before.offset)) {
      run.unshift(before);
      room -= before.bytes.length;
    }
    const taken = new Set(run);
    this.#waiting = this.#waiting.filter((write) => !taken.has(write));
    return run;
  }
}

/** The offset behind the last byte. */
function end(write: WaitingWrite): number {
  return write.offset + write.bytes.length;
}
