import { describe, expect, it } from "vitest";
import { digest } from "../../../../test/support/stage.ts";
import { simWorld } from "../../../sim/index.ts";
import { TransferStatistics } from "./statistics.ts";
import { silentLog } from "../../../runtime/index.ts";
import { HOUR_ENTRIES, HOUR_MS, RECENT_ENTRIES } from "../limits.ts";

describe("TransferStatistics.save", () => {
  it("saves one after the other, the last state last", async () => {
    const world = simWorld({ digest });
    const { runtime } = world.host("10.0.0.1");
    await runtime.files.makeFolder("/state");
    const statistics = new TransferStatistics(runtime.files, "/state/statistics.json");
    const saves: Promise<void>[] = [];
    for (let n = 1; n <= 5; n++) {
      statistics.count(n * 1_000, 100, 10);
      saves.push(statistics.save());
    }
    await world.settled(Promise.all(saves), 10_000);
    const again = new TransferStatistics(runtime.files, "/state/statistics.json");
    await world.settled(again.load(runtime.log), 10_000);
    expect(again.totals).toMatchObject({ downloaded: 500, uploaded: 50 });
  });
});

describe("TransferStatistics", () => {
  it("averages by ten seconds and by the hour, bounded, over restarts", async () => {
    const world = simWorld({ digest });
    const { files } = world.host("10.0.0.1").runtime;
    const first = new TransferStatistics(files, "/statistics.json");
    const start = 1_700_000_000_000 - (1_700_000_000_000 % HOUR_MS);
    for (let second = 0; second < 7_200; second++) first.count(start + second * 1000, 1_000, second < 3_600 ? 0 : 500);
    expect(first.history().recent).toHaveLength(RECENT_ENTRIES);
    expect(first.history().recent.at(-1)).toEqual({ at: start + 7_190_000, down: 1_000, up: 500 });
    expect(first.history().hours).toEqual([
      { at: start, down: 1_000, up: 0 },
      { at: start + HOUR_MS, down: 1_000, up: 500 },
    ]);
    await world.settled(first.save(), 1_000);
    const second = new TransferStatistics(files, "/statistics.json");
    await world.settled(second.load(silentLog), 1_000);
    expect([second.totals, second.session]).toEqual([
      { downloaded: 7_200_000, uploaded: 1_800_000 },
      { downloaded: 0, uploaded: 0 },
    ]);
    for (let hour = 2; hour < HOUR_ENTRIES + 50; hour++) second.count(start + hour * HOUR_MS, 1, 1);
    expect(second.history().hours).toHaveLength(HOUR_ENTRIES);
    await world.settled(second.save(), 1_000);
    const third = new TransferStatistics(files, "/statistics.json");
    await world.settled(third.load(silentLog), 1_000);
    expect(third.history()).toEqual(second.history());
  });
});
