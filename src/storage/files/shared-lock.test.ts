import { describe, expect, it } from "vitest";
import { SharedLock } from "./shared-lock.ts";

/** A task that ends on demand and records its start and end. */
function works(log: string[]) {
  const ends = new Map<string, () => void>();
  const work = (name: string) => (): Promise<void> => {
    log.push(`${name} begins`);
    return new Promise((resolve) => {
      ends.set(name, () => {
        log.push(`${name} ends`);
        resolve();
      });
    });
  };
  return { work, end: (name: string) => ends.get(name)?.() };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

describe("SharedLock", () => {
  it("runs shared tasks side by side, and exclusive ones after running and before later tasks", async () => {
    const log: string[] = [];
    const lock = new SharedLock();
    const { work, end } = works(log);
    const all = [
      lock.shared(work("a")),
      lock.shared(work("b")),
      lock.exclusive(work("X")),
      lock.exclusive(work("Y")),
      lock.shared(work("c")),
    ];
    await settle();
    expect(log).toEqual(["a begins", "b begins"]);
    end("a");
    await settle();
    end("b");
    await settle();
    end("X");
    await settle();
    end("Y");
    await settle();
    end("c");
    await Promise.all(all);
    expect(log).toEqual([
      "a begins",
      "b begins",
      "a ends",
      "b ends",
      "X begins",
      "X ends",
      "Y begins",
      "Y ends",
      "c begins",
      "c ends",
    ]);
  });

  it("continues after tasks that fail, and passes their errors only to their callers", async () => {
    const lock = new SharedLock();
    const fail = (): Promise<never> => Promise.reject(new Error("no"));
    const results = await Promise.allSettled([
      lock.shared(fail),
      lock.exclusive(fail),
      lock.shared(() => Promise.resolve(7)),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
  });
});
