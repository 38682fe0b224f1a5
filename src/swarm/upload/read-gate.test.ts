import { describe, expect, it } from "vitest";
import { ReadGate } from "./read-gate.ts";

/** A gate whose reads end on demand; every waiter reads in its turn. */
function scene() {
  const begun: string[] = [];
  const ends = new Map<string, PromiseWithResolvers>();
  const ended: Promise<unknown>[] = [];
  const read = (name: string): void => {
    begun.push(name);
    ended.push(
      gate
        .run(() => new Promise<void>((resolve, reject) => ends.set(name, { resolve, reject })))
        .catch(() => undefined),
    );
  };
  const gate = new ReadGate<string>(read);
  return {
    gate,
    begun,
    want: (...names: string[]) => {
      for (const name of names)
        if (gate.isFull) gate.wait(name);
        else read(name);
    },
    end: async (name: string, error?: Error) => {
      const index = begun.indexOf(name);
      if (error === undefined) ends.get(name)?.resolve();
      else ends.get(name)?.reject(error);
      await ended[index];
    },
  };
}

interface PromiseWithResolvers {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

describe("ReadGate", () => {
  it("runs a few reads at once, and the others in order", async () => {
    const { want, end, begun } = scene();
    want("a", "b", "c", "d");
    expect(begun).toEqual(["a", "b"]);
    await end("b");
    expect(begun).toEqual(["a", "b", "c"]);
    await end("a");
    expect(begun).toEqual(["a", "b", "c", "d"]);
  });

  it("continues after a read that failed", async () => {
    const { want, end, begun } = scene();
    want("a", "b", "c");
    await end("a", new Error("bad sector"));
    expect(begun).toEqual(["a", "b", "c"]);
  });

  it("queues a waiter once", async () => {
    const { want, end, begun } = scene();
    want("a", "b", "c", "c", "d");
    await end("a");
    await end("b");
    expect(begun).toEqual(["a", "b", "c", "d"]);
  });

  it("is idle when all reads have ended, those of waiters included", async () => {
    const { want, end, gate } = scene();
    await gate.idle();
    want("a", "b", "c");
    let isIdle = false;
    const idle = gate.idle().then(() => {
      isIdle = true;
    });
    await end("a");
    await end("b");
    expect(isIdle).toBe(false);
    await end("c");
    await idle;
    expect(isIdle).toBe(true);
  });
});
