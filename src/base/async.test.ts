import { describe, expect, it } from "vitest";
import { Deferred, Gate } from "./async.ts";

describe("Gate", () => {
  it("runs so many jobs at once, and the rest in their order, failures included", async () => {
    const gate = new Gate(2);
    const ends = [0, 1, 2, 3].map(() => new Deferred());
    const begun: number[] = [];
    const jobs = ends.map((end, index) =>
      gate.run(async () => {
        begun.push(index);
        await end.promise;
        return index;
      }),
    );
    expect(begun).toEqual([0, 1]);
    ends[0]?.reject(new Error("bad"));
    await expect(jobs[0]).rejects.toThrow("bad");
    expect(begun).toEqual([0, 1, 2]);
    ends[2]?.resolve();
    expect(await jobs[2]).toBe(2);
    expect(begun).toEqual([0, 1, 2, 3]);
    ends[1]?.resolve();
    ends[3]?.resolve();
    expect(await Promise.all([jobs[1], jobs[3]])).toEqual([1, 3]);
  });
});
