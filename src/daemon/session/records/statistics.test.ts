import { describe, expect, it } from "vitest";
import { digest } from "../../../../test/support/stage.ts";
import { simWorld } from "../../../sim/index.ts";
import { TransferStatistics } from "./statistics.ts";

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
