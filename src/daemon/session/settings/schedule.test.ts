import { describe, expect, it } from "vitest";
import { SETTINGS } from "../../../../test/support/settings.ts";
import { ratesAt, isAlternativeTime } from "./schedule.ts";

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
