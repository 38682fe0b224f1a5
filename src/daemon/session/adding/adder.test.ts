import { afterEach, describe, expect, it } from "vitest";
import { SessionStage } from "../../../../test/support/session-stage.ts";
import { utf8 } from "../../../base/index.ts";
import { newRecord } from "../records/record.ts";

describe("a damaged record", () => {
  let s: SessionStage;
  afterEach(() => s.close());

  it("loses the settings of its torrent only", async () => {
    s = await SessionStage.begin();
    const id = s.play.metainfo.infoHash?.hex ?? "";
    const good = newRecord({
      id: "b".repeat(40),
      addedAt: 1,
      folder: "/data",
      magnet: `magnet:?xt=urn:btih:${"b".repeat(40)}`,
      label: "kept",
    });
    s.host.disk.put(`/state/torrents/${id}.torrent`, s.torrent);
    s.host.disk.put("/state/settings.json", utf8(`{"maxPeers": "many", "maxUploadRate": 5000}`));
    s.host.disk.put("/state/statistics.json", utf8("damaged"));
    s.host.disk.put("/state/torrents.jsonl", utf8(`{"id":"${id}","added\n${JSON.stringify(good)}\n`));
    const session = await s.open();
    expect(session.torrents.list()).toMatchObject([
      { id: good.id, label: "kept" },
      { id, state: "paused", name: "one.bin", label: "" },
    ]);
    expect(session.settings.get()).toMatchObject({ maxPeers: 100, maxUploadRate: 5_000 });
    await s.wait(session.close());
    expect((await s.open()).torrents.list()).toHaveLength(2);
  });

  it("does not affect other torrents when the torrent file is damaged, too", async () => {
    s = await SessionStage.begin();
    const id = s.play.metainfo.infoHash?.hex ?? "";
    s.host.disk.put(`/state/torrents/${"c".repeat(40)}.torrent`, utf8("nonsense"));
    s.host.disk.put(`/state/torrents/${id}.torrent`, s.torrent);
    const lines = ["c".repeat(40), id].map((each, at) =>
      JSON.stringify(newRecord({ id: each, addedAt: at, folder: "/data" })),
    );
    s.host.disk.put("/state/torrents.jsonl", utf8(`${lines.join("\n")}\n`));
    const session = await s.open();
    expect(session.torrents.list().map((row) => row.id)).toEqual([id]);
    expect(session.log.lines().some(({ level, torrent }) => level === "error" && torrent === "c".repeat(40))).toBe(
      true,
    );
  });
});
