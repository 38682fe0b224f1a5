import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SETTINGS } from "../../../test/support/settings.ts";
import { isPublic, refusePrivate } from "./address-rules.ts";
import { folderFor } from "./files/folders.ts";
import { ENDLESS, hasReachedGoal } from "./running/goals.ts";
import { chooseRunning, moveInQueue, type QueueItem } from "./running/queue.ts";
import { isAlternativeTime, ratesAt } from "./settings/schedule.ts";

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

describe("hasReachedGoal", () => {
  const none = {
    maxDownloadRate: null,
    maxUploadRate: null,
    seedRatio: null,
    seedSeconds: null,
    seedIdleSeconds: null,
    maxPeers: null,
  };
  it.each([
    [{ ratio: 5, seconds: 1e9, idleSeconds: 1e9 }, {}, {}, false],
    [{ ratio: 0, seconds: 0, idleSeconds: 60 }, {}, { seedIdleSeconds: 60 }, true],
    [{ ratio: 0, seconds: 0, idleSeconds: 59 }, {}, { seedIdleSeconds: 60 }, false],
    [{ ratio: 0, seconds: 0, idleSeconds: 600 }, { seedIdleSeconds: ENDLESS }, { seedIdleSeconds: 60 }, false],
    [{ ratio: 2, seconds: 0 }, {}, { seedRatio: 2 }, true],
    [{ ratio: 1.99, seconds: 0 }, {}, { seedRatio: 2 }, false],
    [{ ratio: 2, seconds: 0 }, { seedRatio: 3 }, { seedRatio: 1 }, false],
    [{ ratio: 0, seconds: 60 }, { seedSeconds: 60 }, { seedRatio: 1 }, true],
    [{ ratio: 0, seconds: 0 }, { seedRatio: 0 }, {}, true],
  ])("%o with own %o and the session's %o: %s", (seeded, own, session, result) => {
    expect(
      hasReachedGoal(
        { idleSeconds: 0, ...seeded },
        { ...none, ...own },
        { seedRatio: null, seedSeconds: null, seedIdleSeconds: null, ...session },
      ),
    ).toBe(result);
  });
});

describe("ratesAt", () => {
  const rule = { maxDownloadRate: 1_000, maxUploadRate: null };
  const settings = {
    ...SETTINGS,
    maxDownloadRate: 9_000,
    maxUploadRate: 8_000,
    schedule: [
      { days: [1, 2, 3, 4, 5], from: "08:00", to: "17:30", ...rule },
      { days: [5, 6], from: "22:00", to: "02:00", ...rule, maxDownloadRate: 2_000 },
      { days: [0], from: "00:00", to: "00:00", ...rule, maxDownloadRate: 3_000 },
      { days: [0], from: "10:00", to: "11:00", ...rule, maxDownloadRate: 4_000 },
    ],
  };
  // 2026-11-16 is a Monday.
  it.each([
    ["2026-11-16T07:59", 9_000],
    ["2026-11-16T08:00", 1_000],
    ["2026-11-16T17:29", 1_000],
    ["2026-11-16T17:30", 9_000],
    ["2026-11-20T21:59", 9_000],
    ["2026-11-20T22:00", 2_000],
    ["2026-11-21T01:59", 2_000],
    ["2026-11-21T02:00", 9_000],
    ["2026-11-22T01:00", 2_000],
    ["2026-11-22T02:00", 3_000],
    ["2026-11-22T10:30", 3_000],
    ["2026-11-22T23:59", 3_000],
    ["2026-11-23T00:00", 9_000],
    ["2026-11-19T01:00", 9_000],
  ])("%s: %i", (at, rate) => {
    expect(ratesAt(settings, new Date(at)).maxDownloadRate).toBe(rate);
  });

  it("takes the alternative rates while they are on, whatever the time", () => {
    expect(
      ratesAt(
        { ...settings, isAlternative: true, alternativeDownloadRate: 5, alternativeUploadRate: null },
        new Date("2026-11-16T12:00"),
      ),
    ).toEqual({ maxDownloadRate: 5, maxUploadRate: null });
  });

  it("takes no limit from a rule, too", () =>
    expect(ratesAt(settings, new Date("2026-11-16T12:00")).maxUploadRate).toBeNull());
});

describe("isAlternativeTime", () => {
  const times = { isEnabled: true, days: [1, 2, 3, 4, 5], from: "22:00", to: "06:00" };
  it.each([
    ["2026-11-16T21:59", false],
    ["2026-11-16T22:00", true],
    ["2026-11-17T05:59", true],
    ["2026-11-17T06:00", false],
    ["2026-11-21T05:00", true],
    ["2026-11-21T23:00", false],
  ])("%s: %s", (at, expected) => {
    expect(isAlternativeTime(times, new Date(at))).toBe(expected);
    expect(isAlternativeTime({ ...times, isEnabled: false }, new Date(at))).toBeUndefined();
  });
});

describe("isPublic", () => {
  it.each([
    "8.8.8.8",
    "1.1.1.1",
    "2606:4700::1111",
    "2001:4860:4860::8888",
    "2002:0808:0808::1",
    "64:ff9b::808:808",
    "::ffff:8.8.8.8",
    "172.32.0.1",
    "100.128.0.1",
  ])("%s is", (ip) => expect(isPublic(ip)).toBe(true));

  const refused = [
    "127.0.0.1",
    "127.255.255.254",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.127.255.255",
    "0.0.0.0",
    "0.1.2.3",
    "224.0.0.1",
    "239.255.255.250",
    "255.255.255.255",
    "240.0.0.1",
    "192.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd12:3456::1",
    "ff02::1",
    "fec0::1",
    "2001:db8::1",
    "100::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:a9fe:a9fe",
    "::127.0.0.1",
    "::ffff:0:10.0.0.1",
    "2002:7f00:1::1",
    "2002:a00:1::",
    "2002:c0a8:101::",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b:1::a00:1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "localhost",
    "",
    "127.1",
    "0x7f000001",
    "2130706433",
    "[::1]",
  ];
  it.each(refused)("%s is not", (ip) => expect(isPublic(ip)).toBe(false));

  it("is never so for a loopback or private address in whatever dress", () => {
    const hex = (n: number): string => n.toString(16);
    fc.assert(
      fc.property(
        fc.constantFrom("10", "127", "169.254", "192.168"),
        fc.nat(255),
        fc.nat(255),
        fc.nat(255),
        (head, a, b, c) => {
          const bytes = [...head.split(".").map(Number), a, b, c].slice(0, 4);
          const [p = 0, q = 0, r = 0, s = 0] = bytes;
          const high = hex(p * 256 + q);
          const low = hex(r * 256 + s);
          for (const dress of [
            bytes.join("."),
            `::ffff:${bytes.join(".")}`,
            `2002:${high}:${low}::1`,
            `64:ff9b::${high}:${low}`,
            `::${high}:${low}`,
          ])
            expect(isPublic(dress), dress).toBe(false);
        },
      ),
    );
  });
});

describe("refusePrivate", () => {
  const url = new URL("http://tracker.example/announce");
  it("refuses when one of the addresses is not public, or there is none", () => {
    expect(refusePrivate(url, ["8.8.8.8"])).toBeUndefined();
    expect(refusePrivate(url, ["8.8.8.8", "10.0.0.1"])).toContain("10.0.0.1");
    expect(refusePrivate(url, [])).toBeDefined();
  });
});

describe("folderFor", () => {
  const settings = { downloadDir: "/data", labels: { tv: "/tv", music: "songs", none: "" } };
  it.each([
    ["", undefined, "/data"],
    ["tv", undefined, "/tv"],
    ["music", undefined, "/data/songs"],
    ["none", undefined, "/data"],
    ["unknown", undefined, "/data"],
    ["constructor", undefined, "/data"],
    ["tv", "/else/", "/else"],
    ["", "below/../here", "/data/here"],
  ])("label %j, folder %j: %s", (label, folder, result) => expect(folderFor(settings, label, folder)).toBe(result));

  it("refuses what is no folder", () =>
    expect(() => folderFor(settings, "", "a\0b")).toThrow(expect.objectContaining({ code: "session.folder" })));
});
