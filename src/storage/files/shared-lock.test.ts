import { describe, expect, it } from "vitest";
import { SharedLock } from "./shared-lock.ts";

/** A work that ends when told, and notes when it begins and ends. */
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
  it("runs shared works side by side, and exclusive ones after those that run and before those that come later", async () => {
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

  it("goes on after works that fail, and passes their errors to their callers alone", async () => {
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
