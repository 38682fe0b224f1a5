import { afterEach, describe, expect, it } from "vitest";
import { SessionStage } from "../../../../test/support/session-stage.ts";
import { utf8 } from "../../../base/index.ts";
import { TorrentTable } from "./torrent-table.ts";
import { newRecord } from "../records/record.ts";

let s: SessionStage;
afterEach(() => s.close());

const COUNT = 3_000;
const idOf = (n: number): string => (n + 1).toString(16).padStart(40, "0");

/** The state of a daemon with thousands of torrents. */
function putThousands(started: boolean): void {
  const lines = Array.from({ length: COUNT }, (_, n) => {
    const id = idOf(n);
    return JSON.stringify(
      newRecord({
        id,
        addedAt: n,
        folder: "/data",
        magnet: `magnet:?xt=urn:btih:${id}`,
        queue: n,
        isStarted: started,
        name: `torrent ${n}`,
      }),
    );
  });
  s.host.disk.put("/state/torrents.jsonl", utf8(`${lines.join("\n")}\n`));
}

describe("a session of thousands of torrents", () => {
  it.each([
    ["paused", false],
    ["running, alone", true],
  ])("%s: works out no row and tells nothing while nothing changes", async (_, started) => {
    s = await SessionStage.begin();
    putThousands(started);
    const session = await s.open({}, {}, s.host);
    expect(session.torrents.list()).toHaveLength(COUNT);
    await s.run(5_000);
    const told: string[] = [];
    for (const event of ["delta", "rates", "session", "log", "task", "settings"] as const)
      session.on(event, () => told.push(event));
    const before = session.torrents.list();
    const computed = session.rowsComputed;
    await s.run(30_000);
    expect([session.rowsComputed - computed, told]).toEqual([0, []]);
    expect(session.torrents.list()).toBe(before);
  });

  it("emits one change within a tenth of a second, with the changed field, and leaves all other rows the same objects", async () => {
    s = await SessionStage.begin();
    putThousands(false);
    const session = await s.open();
    const before = session.torrents.list();
    const deltas: unknown[] = [];
    session.on("delta", (delta) => deltas.push(delta));
    const computed = session.rowsComputed;
    await s.wait(session.torrents.act({ action: "label", ids: [idOf(7)], label: "seven" }));
    await s.run(100);
    expect(deltas).toEqual([{ changed: [{ id: idOf(7), label: "seven", labels: ["seven"] }], removed: [] }]);
    expect(session.rowsComputed - computed).toBe(1);
    expect(session.torrents.list().filter((row, n) => row !== before[n])).toHaveLength(1);
  });

  it("emits thousands of changes at once as one event", async () => {
    s = await SessionStage.begin();
    putThousands(false);
    const session = await s.open();
    const sizes: number[] = [];
    session.on("delta", ({ changed }) => sizes.push(changed.length));
    await s.wait(
      session.torrents.act({ action: "label", ids: session.torrents.list().map(({ id }) => id), label: "all" }),
    );
    await s.run(100);
    expect(sizes).toEqual([COUNT]);
  });

  it("looks at the one that moves and at no other", async () => {
    s = await SessionStage.begin({ "one.bin": 1_000_000 }, 50_000);
    putThousands(false);
    const session = await s.open();
    const id = await s.wait(session.torrents.add(s.torrent, { peers: [s.seeder.address] }));
    await s.reach(session, id, "downloading");
    await s.run(1_000);
    const computed = session.rowsComputed;
    const changed = new Set<string>();
    const rates: number[] = [];
    session.on("delta", (delta) => delta.changed.forEach((row) => changed.add(row.id)));
    session.on("rates", ({ down }) => rates.push(down));
    await s.run(5_000);
    expect([...changed]).toEqual([id]);
    expect(session.rowsComputed - computed).toBeLessThanOrEqual(6);
    expect(Math.max(...rates)).toBeGreaterThan(20_000);
  });
});

describe("TorrentTable.get", () => {
  it("throws for an unknown torrent", async () => {
    s = await SessionStage.begin();
    const table = new TorrentTable({ clock: s.host.runtime.clock, onDelta: () => undefined });
    expect(() => table.get("x")).toThrow(expect.objectContaining({ code: "session.not-found" }));
  });
});
