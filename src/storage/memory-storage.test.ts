import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { makePlay, type Play } from "../../test/support/stage.ts";
import { MemoryStorage } from "./memory-storage.ts";

const LENGTH = 200_000;
let play: Play;
beforeAll(async () => {
  play = await makePlay({ "a.bin": LENGTH });
});

describe("MemoryStorage", () => {
  it("reads back what was written, across pieces and in parts", async () => {
    const span = fc.tuple(fc.nat(LENGTH - 1), fc.integer({ min: 1, max: 90_000 }), fc.nat(255), fc.nat(100));
    await fc.assert(
      fc.asyncProperty(fc.array(span, { minLength: 1, maxLength: 8 }), async (spans) => {
        const storage = new MemoryStorage(play.metainfo.layout);
        const model = new Uint8Array(LENGTH);
        await storage.write(0, [model.slice()]);
        for (const [offset, wanted, value, cut] of spans) {
          const bytes = new Uint8Array(Math.min(wanted, LENGTH - offset)).fill(value);
          const at = Math.floor((bytes.length * cut) / 100);
          model.set(bytes, offset);
          await storage.write(offset, [bytes.subarray(0, at), bytes.subarray(at)]);
        }
        const [first, second] = [new Uint8Array(70_001), new Uint8Array(LENGTH - 70_001)];
        await storage.read(0, [first, second]);
        expect(Buffer.compare(Buffer.concat([first, second]), model)).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  it("has nothing before it is written and after it is removed", async () => {
    const storage = new MemoryStorage(play.metainfo.layout);
    expect(await storage.hasData()).toBe(false);
    await expect(storage.read(0, [new Uint8Array(1)])).rejects.toMatchObject({ code: "storage.short" });
    await storage.write(0, [new Uint8Array(10)]);
    expect(await storage.hasData()).toBe(true);
    await storage.remove();
    expect(await storage.hasData()).toBe(false);
  });
});
