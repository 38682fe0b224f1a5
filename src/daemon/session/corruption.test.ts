import { afterEach, describe, expect, it } from "vitest";
import { corrupt } from "../../../test/support/corrupt.ts";
import { SessionStage } from "../../../test/support/session-stage.ts";
import { SETTINGS } from "../../../test/support/settings.ts";
import { digest } from "../../../test/support/stage.ts";
import { utf8, utf8Decode } from "../../base/index.ts";
import type { Log } from "../../runtime/index.ts";
import { SeededRandom, simWorld } from "../../sim/index.ts";
import { newRecord, type TorrentRecord } from "./records/record.ts";
import { RecordStore } from "./records/record-store.ts";
import { SettingsStore } from "./settings/settings-store.ts";
import { TransferStatistics } from "./records/statistics.ts";

const CORRUPTIONS = 2_500;
const PATH = "/state/torrents.jsonl";
const id = (n: number): string => (n * 0x1234567).toString(16).padStart(40, "ab");

/** A log, and the messages it got. */
function logTo(lines: string[]): Log {
  const push = (message: string): void => {
    lines.push(message);
  };
  return { debug: () => undefined, info: push, warn: push, error: push };
}

describe("the daemon's state files", () => {
  it(
    `say what is so, or that they are damaged, whatever befell them (${CORRUPTIONS} times)`,
    { timeout: 60_000 },
    async () => {
      const { runtime, disk } = simWorld({ digest }).host("10.0.0.1");
      const { files } = runtime;
      const truth = new Map<string, TorrentRecord>();
      const store = new RecordStore(files, PATH, () => undefined);
      for (let n = 1; n <= 12; n++) {
        const record = newRecord({
          id: id(n),
          addedAt: n,
          folder: `/data/${n}`,
          label: "x".repeat(n),
          done: n * 1_000,
          isStarted: n % 2 === 0,
        });
        await store.put(record);
        if (n % 4 === 0) await store.delete(id(n - 1));
        await store.put({ ...record, queue: n });
      }
      for (const [key, record] of (await new RecordStore(files, PATH, () => undefined).load()).records)
        truth.set(key, record);
      await store.close();
      const settings = new SettingsStore(files, "/state/settings.json", SETTINGS);
      await settings.change({ maxDownloadRate: 123_456, downloadDir: "/elsewhere" });
      const statistics = new TransferStatistics(files, "/state/statistics.json");
      statistics.count(1_000, 5_000_000, 700);
      await statistics.save();
      const images = new Map(
        ["torrents.jsonl", "settings.json", "statistics.json"].map((name) => [
          `/state/${name}`,
          disk.get(`/state/${name}`) ?? new Uint8Array(),
        ]),
      );
      const others = [
        ...images.values(),
        utf8("{}\n"),
        utf8(`${JSON.stringify(newRecord({ id: id(99), addedAt: 1, folder: "/", skipCheck: true }))}\n`),
      ];
      const random = new SeededRandom(7, "daemon");
      const wrong: string[] = [];
      for (let n = 0; n < CORRUPTIONS; n++) {
        const path = n % 3 === 0 ? "/state/settings.json" : n % 3 === 1 ? "/state/statistics.json" : PATH;
        for (const [each, bytes] of images) disk.put(each, bytes);
        const changed = corrupt(images.get(path) ?? new Uint8Array(), random, others);
        disk.put(path, changed);
        const told: string[] = [];
        const log = logTo(told);
        if (path === PATH) {
          const { records, damaged, problems } = await new RecordStore(files, PATH, () => undefined).load();
          const isSame =
            records.size === truth.size &&
            [...truth].every(([key, record]) => JSON.stringify(records.get(key)) === JSON.stringify(record));
          const isClaim = [...records.values()].some(({ skipCheck }) => skipCheck);
          if (isClaim || (!isSame && damaged.length === 0 && problems.length === 0 && !others.includes(changed)))
            wrong.push(`${n} ${utf8Decode(changed)}`);
        } else if (path.endsWith("settings.json")) {
          const read = new SettingsStore(files, path, SETTINGS);
          await read.load(log);
          const isSame = JSON.stringify(read.get()) === JSON.stringify(settings.get());
          const isBase = JSON.stringify(read.get()) === JSON.stringify(SETTINGS);
          if (!isSame && !(isBase && (told.length > 0 || others.includes(changed))))
            wrong.push(`${n} ${utf8Decode(changed)}`);
        } else {
          const read = new TransferStatistics(files, path);
          await read.load(log);
          const isSame =
            JSON.stringify([read.totals, read.history()]) === JSON.stringify([statistics.totals, statistics.history()]);
          if (!isSame && told.length === 0) wrong.push(`${n} ${utf8Decode(changed)}`);
        }
      }
      expect(wrong).toEqual([]);
    },
  );
});

describe("openSession", () => {
  let s: SessionStage;
  afterEach(() => s.close());

  it.each([
    ["emptied", (): Uint8Array => new Uint8Array()],
    ["gone", (): undefined => undefined],
    [
      "of damaged ids",
      (bytes: Uint8Array): Uint8Array => utf8(utf8Decode(bytes).replaceAll(/"id":"..../g, '"id":"0000')),
    ],
    ["garbage", (): Uint8Array => utf8("garbage\n")],
  ])(
    "restores torrents from their files when the list is %s, where their data is, and tells",
    async (_what, damage) => {
      s = await SessionStage.begin();
      const first = await s.open();
      const added = await s.wait(first.torrents.add(s.torrent, { peers: [s.seeder.address], folder: "/elsewhere" }));
      await s.reach(first, added, "seeding");
      await s.wait(first.close());
      const list = damage(s.host.disk.get(PATH) ?? new Uint8Array());
      await s.wait(s.host.runtime.files.removeFile(PATH));
      if (list !== undefined) s.host.disk.put(PATH, list);
      const told: string[] = [];
      const again = await s.open({}, { log: logTo(told) });
      expect(again.torrents.list()).toMatchObject([{ id: added, state: "paused", folder: "/elsewhere" }]);
      expect(told.join()).toContain("restored from its torrent file");
      await s.wait(again.torrents.act({ action: "start", ids: [added] }));
      await s.reach(again, added, "seeding");
      expect(again.torrents.row(added)).toMatchObject({ progress: 1 });
      await s.wait(again.close());
      const last = await s.open();
      expect(await s.reach(last, added, "seeding")).toBe(true);
    },
  );
});
