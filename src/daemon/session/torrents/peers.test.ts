import { afterEach, describe, expect, it } from "vitest";
import { SessionStage } from "../../../../test/support/session-stage.ts";

let s: SessionStage;
afterEach(() => s.close());

describe("the peers that the user names", () => {
  it("with an addition are used after a restart", async () => {
    s = await SessionStage.begin();
    const first = await s.open();
    const id = await s.wait(first.torrents.add(s.torrent, { peers: [s.seeder.address], paused: true }));
    await s.wait(first.close());
    const second = await s.open();
    await s.wait(second.torrents.act({ action: "start", ids: [id] }));
    expect(await s.reach(second, id, "seeding")).toBe(true);
  });

  it("for an existing torrent are used after a restart", async () => {
    s = await SessionStage.begin();
    const first = await s.open();
    const id = await s.wait(first.torrents.add(s.torrent, { paused: true }));
    await s.wait(first.torrents.addPeers(id, [s.seeder.address, s.seeder.address]));
    await expect(s.wait(first.torrents.addPeers(id, ["10.0.0.1:0"]))).rejects.toMatchObject({ code: "address.text" });
    await s.wait(first.close());
    const second = await s.open();
    await s.wait(second.torrents.act({ action: "start", ids: [id] }));
    expect(await s.reach(second, id, "seeding")).toBe(true);
  });
});
