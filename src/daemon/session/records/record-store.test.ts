import { describe, expect, it } from "vitest";
import { digest } from "../../../../test/support/stage.ts";
import { StorageError, utf8, utf8Decode } from "../../../base/index.ts";
import { SeededRandom, simWorld, type SimHost, type World } from "../../../sim/index.ts";
import { newRecord, type TorrentRecord } from "./record.ts";
import { RecordStore, type LoadedRecords } from "./record-store.ts";

const PATH = "/state/torrents.jsonl";
const id = (n: number): string => n.toString(16).padStart(40, "0");
const record = (n: number, more: Partial<TorrentRecord> = {}): TorrentRecord =>
  newRecord({ id: id(n), addedAt: n, folder: "/data", ...more });

interface Scene {
  readonly world: World;
  readonly host: SimHost;
  store(): RecordStore;
  load(): Promise<LoadedRecords>;
  text(): string;
}

function scene(): Scene {
  const world = simWorld({ digest });
  const host = world.host("10.0.0.1");
  const store = (): RecordStore => new RecordStore(host.runtime.files, PATH, () => undefined);
  return {
    world,
    host,
    store,
    load: () => world.settled(store().load(), 1_000),
    text: () => utf8Decode(host.disk.get(PATH) ?? new Uint8Array()),
  };
}

describe("RecordStore", () => {
  it("gives back what was put last, after a power failure, too", async () => {
    const { world, host, store, load } = scene();
    const first = store();
    await world.settled(Promise.all([first.put(record(1)), first.put(record(2))]), 1_000);
    await world.settled(first.put(record(1, { label: "new" })), 1_000);
    await world.settled(first.delete(id(2)), 1_000);
    first.put(record(3)).catch(() => undefined);
    host.disk.crash(new SeededRandom(4, "power"));
    const { records, damaged } = await load();
    expect(records.get(id(1))).toEqual(record(1, { label: "new" }));
    expect(records.has(id(2))).toBe(false);
    expect(damaged).toEqual([]);
  });

  it("writes all changes of a moment at once", async () => {
    const { world, host, store, load } = scene();
    const first = store();
    await world.settled(first.put(record(0)), 1_000);
    let syncs = 0;
    host.disk.fault = (operation) => {
      if (operation === "sync") syncs++;
      return undefined;
    };
    await world.settled(Promise.all(Array.from({ length: 5_000 }, (_, n) => first.put(record(n)))), 1_000);
    expect(syncs).toBe(1);
    expect((await load()).records.size).toBe(5_000);
  });

  it("leaves out a damaged line and keeps the rest, and the damaged file aside", async () => {
    const { world, host, store, load, text } = scene();
    const first = store();
    for (let n = 1; n < 5; n++) await world.settled(first.put(record(n)), 1_000);
    const [one = "", two = "", three = "", four = ""] = text().split("\n");
    const content = [one, "not json", two.replace('"addedAt":2', '"addedAt":3'), three, four.slice(0, 80)].join("\n");
    host.disk.put(PATH, utf8(content));
    const { records, damaged, problems } = await load();
    expect([...records.keys()]).toEqual([id(1), id(3)]);
    expect(damaged).toEqual([id(2), id(4)]);
    expect(problems).toEqual([expect.stringMatching(/the list of torrents is damaged/)]);
    expect(utf8Decode(host.disk.get(`${PATH}.damaged`) ?? new Uint8Array())).toBe(content);
    expect((await load()).damaged).toEqual([]);
  });

  it("reads lines of the version without checksums once, without their skipCheck, and rewrites them", async () => {
    const { host, load, text } = scene();
    host.disk.put(
      PATH,
      utf8(
        `${JSON.stringify(record(1, { skipCheck: true, label: "x" }))}\n${JSON.stringify({ id: id(2), gone: true })}\n`,
      ),
    );
    const { records, problems } = await load();
    expect([[...records.values()], problems]).toEqual([[record(1, { skipCheck: false, label: "x" })], []]);
    expect(text()).toMatch(/"sum":"[0-9a-f]{16}"\}\n$/);
  });

  it("reports a file that was not closed, and only that", async () => {
    const { world, store, load } = scene();
    const first = store();
    await world.settled(first.put(record(1)), 1_000);
    expect((await load()).problems).toEqual([expect.stringMatching(/was not closed/)]);
    await world.settled(first.close(), 1_000);
    expect((await load()).problems).toEqual([]);
    const second = store();
    await world.settled(second.load(), 1_000);
    await world.settled(second.put(record(2)), 1_000);
    await world.settled(second.close(), 1_000);
    const { records, problems } = await load();
    expect([[...records.keys()], problems]).toEqual([[id(1), id(2)], []]);
  });

  it("appends behind a torn line without losing what it appends", async () => {
    const { world, host, store, load, text } = scene();
    await world.settled(store().put(record(1)), 1_000);
    host.disk.put(PATH, utf8(`${text()}{"id":"torn`));
    const second = store();
    await world.settled(second.load(), 1_000);
    await world.settled(second.put(record(2)), 1_000);
    expect([...(await load()).records.keys()]).toEqual([id(1), id(2)]);
  });

  it("replaces a file of which most is out of date", async () => {
    const { world, host, store, load } = scene();
    const first = store();
    for (let n = 0; n < 20; n++)
      await world.settled(
        Promise.all(Array.from({ length: 200 }, (_, k) => first.put(record(k, { queue: n })))),
        1_000,
      );
    expect(host.disk.get(PATH)?.length).toBeLessThan(1_500_000);
    const { records } = await load();
    expect([...records.values()].every(({ queue }) => queue === 19)).toBe(true);
    expect(records.size).toBe(200);
  });

  it("reports a failed write, and repeats it with the next one", async () => {
    const { world, host, store, load } = scene();
    const first = store();
    await world.settled(first.put(record(0)), 1_000);
    host.disk.fault = (operation) => (operation === "write" ? new StorageError("storage.full", "full") : undefined);
    await expect(world.settled(first.put(record(1)), 1_000)).rejects.toMatchObject({ code: "storage.full" });
    host.disk.fault = undefined;
    await world.settled(first.put(record(2)), 1_000);
    expect([...(await load()).records.keys()]).toEqual([id(0), id(1), id(2)]);
  });

  it("leaves nothing of a write that failed half way behind a shorter one", async () => {
    const { world, host, store, load } = scene();
    const first = store();
    await world.settled(first.put(record(0)), 1_000);
    host.disk.fault = (operation) => (operation === "sync" ? new StorageError("storage.failed", "no") : undefined);
    const many = Promise.all([
      first.put(record(2, { magnet: `magnet:?${"x".repeat(3_000)}` })),
      first.put(record(1, { queue: 7 })),
    ]);
    await expect(world.settled(many, 1_000)).rejects.toMatchObject({ code: "storage.failed" });
    host.disk.fault = undefined;
    // What was refused goes out with the next change: shorter, and with another end.
    await world.settled(Promise.all([first.put(record(2)), first.put(record(1, { queue: 3 }))]), 1_000);
    const { records, damaged } = await load();
    expect([records.get(id(1))?.queue, records.get(id(2))?.magnet, damaged]).toEqual([3, record(2).magnet, []]);
  });
});
