import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WRITE_RUN_BYTES } from "../limits.ts";
import { WriteQueue } from "./write-queue.ts";

interface Call {
  readonly offset: number;
  readonly parts: readonly Uint8Array[];
  readonly done: (error?: Error) => void;
}

/** A disk whose writes end on demand. */
class SlowDisk {
  readonly calls: Call[] = [];

  write(offset: number, parts: readonly Uint8Array[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.calls.push({ offset, parts, done: (error) => (error === undefined ? resolve() : reject(error)) });
    });
  }

  /** Ends the oldest write under way. */
  async end(error?: Error): Promise<void> {
    this.calls.find((call) => !this.#ended.has(call) && this.#ended.add(call))?.done(error);
    await new Promise(setImmediate);
  }

  readonly #ended = new Set<Call>();
}

function described(disk: SlowDisk): [number, number[]][] {
  return disk.calls.map(({ offset, parts }) => [offset, parts.map(({ length }) => length)]);
}

describe("WriteQueue.write", () => {
  it("runs two writes at a time, and joins adjacent ones that wait", async () => {
    const disk = new SlowDisk();
    const queue = new WriteQueue(disk);
    const all = Promise.all([0, 100, 40, 20, 30, 90, 50].map((offset) => queue.write(offset, new Uint8Array(10))));
    expect(described(disk)).toEqual([
      [0, [10]],
      [100, [10]],
    ]);
    await disk.end();
    expect(described(disk).slice(2)).toEqual([[20, [10, 10, 10, 10]]]);
    await disk.end();
    expect(described(disk).slice(3)).toEqual([[90, [10]]]);
    await disk.end();
    await disk.end();
    await all;
  });

  it("joins writes up to the limit", async () => {
    const disk = new SlowDisk();
    const queue = new WriteQueue(disk);
    const half = new Uint8Array(WRITE_RUN_BYTES / 2);
    const busy = [queue.write(0, new Uint8Array(1)), queue.write(10, new Uint8Array(1))];
    const waiting = [1, 2, 3].map((index) => queue.write(index * half.length, half));
    await disk.end();
    expect(described(disk)[2]).toEqual([half.length, [half.length, half.length]]);
    await disk.end();
    await disk.end();
    await disk.end();
    await Promise.all([...busy, ...waiting]);
  });

  it("rejects all writes of a run that failed, and continues", async () => {
    const disk = new SlowDisk();
    const queue = new WriteQueue(disk);
    const outcomes: string[] = [];
    const write = (offset: number): Promise<void> =>
      queue.write(offset, new Uint8Array(10)).then(
        () => void outcomes.push(`${offset} written`),
        (error: unknown) => void outcomes.push(`${offset} ${String(error)}`),
      );
    const all = Promise.all([0, 100, 20, 30, 200].map(write));
    await disk.end();
    await disk.end();
    await disk.end(new Error("full"));
    await disk.end();
    await all;
    expect(outcomes).toEqual(["0 written", "100 written", "20 Error: full", "30 Error: full", "200 written"]);
  });

  it("writes every byte once at its offset, in any order of calls and completions", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...Array(24).keys()], { minLength: 1 }),
        fc.array(fc.boolean()),
        async (slots, pace) => {
          const disk = new SlowDisk();
          const queue = new WriteQueue(disk);
          const writes: Promise<void>[] = [];
          for (const [turn, slot] of slots.entries()) {
            writes.push(queue.write(slot * 4, new Uint8Array(4).fill(slot + 1)));
            if (pace[turn] === true) await disk.end();
          }
          for (let turn = 0; turn < slots.length; turn++) await disk.end();
          await Promise.all(writes);
          const file = new Uint8Array(24 * 4);
          let bytes = 0;
          for (const { offset, parts } of disk.calls) {
            const joined = Buffer.concat(parts);
            file.set(joined, offset);
            bytes += joined.length;
          }
          expect(bytes).toBe(slots.length * 4);
          for (const slot of slots) expect([...file.subarray(slot * 4, slot * 4 + 4)]).toEqual(Array(4).fill(slot + 1));
        },
      ),
      { numRuns: 50 },
    );
  });
});
