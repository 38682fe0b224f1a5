import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseRunning, type QueueItem, moveInQueue } from "./queue.ts";

const item = (id: string, queue: number, more: Partial<QueueItem> = {}): QueueItem => ({
  id,
  queue,
  isForced: false,
  isSeed: false,
  isStalled: false,
  ...more,
});

const running = (items: readonly QueueItem[], downloads: number | null, seeds: number | null): string =>
  [...(chooseRunning(items, { maxActiveDownloads: downloads, maxActiveSeeds: seeds }) ?? ["all"])].toSorted().join("");

describe("chooseRunning", () => {
  it("lets all run without limits", () => expect(running([item("a", 0)], null, null)).toBe("all"));

  it("goes by the place in the queue, downloads and seeds apart", () => {
    const items = [
      item("a", 3),
      item("b", 1),
      item("c", 2),
      item("x", 5, { isSeed: true }),
      item("y", 4, { isSeed: true }),
    ];
    expect(running(items, 2, 1)).toBe("bcy");
    expect(running(items, 2, null)).toBe("bcxy");
    expect(running(items, null, 1)).toBe("abcy");
  });

  it("runs a forced torrent without a place in the queue", () => {
    expect(running([item("a", 0), item("b", 1), item("c", 2, { isForced: true })], 1, null)).toBe("ac");
  });

  it("never runs more torrents than the limits allow", () => {
    const items = fc
      .array(fc.record({ queue: fc.nat(50), isSeed: fc.boolean() }))
      .map((all) => all.map((each, at) => item(String(at), each.queue, each)));
    fc.assert(
      fc.property(items, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), (all, downloads, seeds) => {
        const set = chooseRunning(all, { maxActiveDownloads: downloads, maxActiveSeeds: seeds });
        const count = (isSeed: boolean): number =>
          all.filter((each) => each.isSeed === isSeed && set?.has(each.id) === true).length;
        expect(count(false)).toBe(Math.min(downloads, all.filter((each) => !each.isSeed).length));
        expect(count(true)).toBe(Math.min(seeds, all.filter((each) => each.isSeed).length));
      }),
    );
  });
});

describe("moveInQueue", () => {
  it.each([
    ["top", "bd", "bdace"],
    ["bottom", "bd", "acebd"],
    ["up", "bd", "badce"],
    ["down", "bd", "acbed"],
    ["up", "a", "abcde"],
    ["up", "ab", "abcde"],
    ["down", "de", "abcde"],
    ["up", "cd", "acdbe"],
    ["down", "bc", "adbce"],
    [0, "d", "dabce"],
    [2, "a", "bcade"],
    [1, "bd", "abdce"],
    [99, "a", "bcdea"],
  ] as const)("%s: %s gives %s", (to, moved, result) => {
    expect(moveInQueue(Array.from("abcde"), new Set(moved), to).join("")).toBe(result);
  });
});
