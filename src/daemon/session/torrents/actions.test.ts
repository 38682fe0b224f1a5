import { afterEach, describe, expect, it } from "vitest";
import { SessionStage } from "../../../../test/support/session-stage.ts";
import { StorageError } from "../../../base/index.ts";
import type { SimHost } from "../../../sim/index.ts";

let s: SessionStage;
afterEach(() => s.close());

/** The state folder's disk is full. */
const fillState = (host: SimHost): void => {
  host.disk.fault = (operation, path) =>
    operation === "write" && path.startsWith("/state/") ? new StorageError("storage.full", "no room") : undefined;
};

describe("Actions.remove", () => {
  it("keeps a torrent whose removal cannot be recorded", async () => {
    s = await SessionStage.begin();
    const session = await s.open();
    const id = await s.wait(session.torrents.add(s.torrent, { paused: true }));
    fillState(s.host);
    const { failed } = await s.wait(session.torrents.act({ action: "remove", ids: [id] }));
    expect(failed).toMatchObject([{ id, code: "storage.full" }]);
    expect(session.torrents.row(id)?.state).toBe("paused");
    s.host.disk.fault = undefined;
    expect((await s.wait(session.torrents.act({ action: "remove", ids: [id] }))).done).toBe(1);
    expect(session.torrents.list()).toEqual([]);
    expect(await s.wait(session.torrents.add(s.torrent, { paused: true }))).toBe(id);
  });

  it("waits for a move under way, and leaves neither data nor a record", async () => {
    s = await SessionStage.begin();
    const session = await s.open();
    const id = await s.wait(session.torrents.add(s.torrent, { peers: [s.seeder.address] }));
    await s.reach(session, id, "seeding");
    s.host.disk.fault = (operation, path) =>
      operation === "rename" && path.startsWith("/data/")
        ? new StorageError("storage.other-disk", "another disk")
        : undefined;
    const moving = session.torrents.act({ action: "move", ids: [id], folder: "/new" });
    const removing = session.torrents.act({ action: "remove", ids: [id], deleteData: true });
    await s.wait(Promise.all([moving, removing]));
    expect(session.torrents.list()).toEqual([]);
    expect(s.host.disk.paths().filter((path) => path.includes("one.bin"))).toEqual([]);
    const records = new TextDecoder().decode(s.host.disk.get("/state/torrents.jsonl") ?? new Uint8Array());
    expect(records.trim().split("\n").at(-1)).toContain("gone");
  });

  it("lets the torrent be added again while it goes on, from any source", async () => {
    s = await SessionStage.begin();
    const session = await s.open();
    const id = await s.wait(session.torrents.add(s.torrent, { peers: [s.seeder.address] }));
    for (const source of [s.torrent, `magnet:?xt=urn:btih:${id}`]) {
      await s.reach(session, id, source === s.torrent ? "seeding" : "paused");
      s.host.disk.latencyMs = 5;
      const removing = session.torrents.act({ action: "remove", ids: [id], deleteData: true });
      await s.run(2);
      expect(await s.wait(session.torrents.add(source, { paused: true }))).toBe(id);
      s.host.disk.latencyMs = 0;
      expect((await s.wait(removing)).done).toBe(1);
      expect(session.torrents.list().map((row) => row.id)).toEqual([id]);
      expect(s.host.disk.paths().filter((path) => path.includes("one.bin"))).toEqual([]);
    }
  });

  it("keeps refusing a torrent that is here and stays", async () => {
    s = await SessionStage.begin();
    const session = await s.open();
    await s.wait(session.torrents.add(s.torrent, { paused: true }));
    await expect(s.wait(session.torrents.add(s.torrent, { paused: true }))).rejects.toMatchObject({
      code: "client.duplicate",
    });
  });

  it("is not undone by a change that was under way", async () => {
    s = await SessionStage.begin();
    const session = await s.open();
    const id = await s.wait(session.torrents.add(s.torrent, { paused: true }));
    const changing = session.torrents
      .patch(id, { label: "a", limits: { maxUploadRate: 1_000 } })
      .catch(() => undefined);
    const removing = session.torrents.act({ action: "remove", ids: [id] });
    await s.wait(Promise.all([changing, removing]));
    await s.run(1_000);
    s.host.crash();
    const again = await s.open();
    expect(again.torrents.list()).toEqual([]);
    expect(await s.wait(again.torrents.add(s.torrent, { paused: true }))).toBe(id);
  });
});

describe("Actions.move", () => {
  it("that cannot be remembered does not keep a torrent from running", async () => {
    s = await SessionStage.begin();
    const session = await s.open();
    const id = await s.wait(session.torrents.add(s.torrent, { peers: [s.seeder.address] }));
    await s.reach(session, id, "seeding");
    fillState(s.host);
    expect((await s.wait(session.torrents.act({ action: "move", ids: [id], folder: "/new" }))).failed).toMatchObject([
      { code: "storage.full" },
    ]);
    s.host.disk.fault = undefined;
    await s.run(2_000);
    expect(session.torrents.row(id)).toMatchObject({ state: "seeding", folder: "/data" });
  });
});
