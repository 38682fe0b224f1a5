import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { makePlay, Stage, type Play } from "../../../test/support/stage.ts";
import { Between } from "./between.ts";

let play: Play;
let stage: Stage;
let between: Between;
beforeAll(async () => {
  play = await makePlay({ "one.bin": 300_000 });
});
afterEach(async () => {
  await stage.close();
  await stage.world.settled(between.close(), 10_000);
});

describe("Between two clients that encrypt", () => {
  it.each(["preferred", "required"] as const)("shows their messages (%s)", async (encryption) => {
    stage = new Stage(play);
    const seeder = await stage.seeder("10.0.0.1", {}, { encryption });
    const proxy = stage.world.host("10.0.0.5");
    between = await stage.world.settled(
      Between.open({
        runtime: proxy.runtime,
        listen: { ip: proxy.ip, port: 7000 },
        target: { host: "10.0.0.1", port: 6881 },
        metainfo: play.metainfo,
      }),
      1_000,
    );
    const leecher = await stage.leecher("10.0.0.2", { peers: ["10.0.0.5:7000"] }, {}, { encryption });
    await stage.world.until(() => leecher.torrent.state.kind === "seeding", 60_000);
    expect(stage.isWhole(leecher.host)).toBe(true);
    expect(between.views.length).toBe(1);
    const types = new Set([...between.views].flatMap((view) => [...view.timeline].map(({ type }) => type)));
    expect([types.has("handshake"), types.has("piece"), types.has("garbage")]).toEqual([true, true, false]);
    expect(seeder.torrent.status().uploaded).toBeGreaterThanOrEqual(300_000);
  });
});
