import type { Storage } from "../../storage/index.ts";
import { WRITE_RUN_BYTES } from "../limits.ts";

interface WaitingWrite {
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The maximum number of concurrent writes. Threads that write to one file wait for its lock in a spin loop, so more
 * writes only occupy the processor, which hashing needs. With a single write, the disk would be idle from the end of a
 * write until the event loop starts the next one.
 */
const WRITES_IN_FLIGHT = 2;

/** The queue of a torrent's writes, of which two run at a time. Adjacent writes that wait are joined into one. */
export class WriteQueue {
  readonly #storage: Pick<Storage, "write">;
  readonly #waiting = new Set<WaitingWrite>();
  readonly #byStart = new Map<number, WaitingWrite>();
  readonly #byEnd = new Map<number, WaitingWrite>();
  #inFlight = 0;

  constructor(storage: Pick<Storage, "write">) {
    this.#storage = storage;
  }

  /**
   * Writes `bytes` at `offset` in the torrent; they must not change until this resolves. Rejects with the error of the
   * storage.
   */
  write(offset: number, bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      const write = { offset, bytes, resolve, reject };
      this.#waiting.add(write);
      this.#byStart.set(offset, write);
      this.#byEnd.set(end(write), write);
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

  /**
   * Removes and returns the write that has waited longest and the writes adjacent to it, in the order of their offsets.
   */
  #takeRun(): WaitingWrite[] {
    const [oldest] = this.#waiting;
    if (oldest === undefined) return [];
    this.#take(oldest);
    const run = [oldest];
    let room = WRITE_RUN_BYTES - oldest.bytes.length;
    for (
      let after = this.#byStart.get(end(oldest));
      after !== undefined && after.bytes.length <= room;
      after = this.#byStart.get(end(after))
    ) {
      this.#take(after);
      run.push(after);
      room -= after.bytes.length;
    }
    for (
      let before = this.#byEnd.get(oldest.offset);
      before !== undefined && before.bytes.length <= room;
      before = this.#byEnd.get(before.offset)
    ) {
      this.#take(before);
      run.unshift(before);
      room -= before.bytes.length;
    }
    return run;
  }

  #take(write: WaitingWrite): void {
    this.#waiting.delete(write);
    if (this.#byStart.get(write.offset) === write) this.#byStart.delete(write.offset);
    if (this.#byEnd.get(end(write)) === write) this.#byEnd.delete(end(write));
  }
}

/** Returns the offset after the last byte of a write. */
function end(write: WaitingWrite): number {
  return write.offset + write.bytes.length;
}
