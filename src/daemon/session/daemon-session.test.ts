import { afterEach, describe, expect, it } from "vitest";
import { SessionStage } from "../../../test/support/session-stage.ts";
import { equalBytes, utf8 } from "../../base/index.ts";
import { createTorrent } from "../../creation/index.ts";

let s: SessionStage;
afterEach(() => s.close());

const isWhole = (folder: string): boolean =>
  equalBytes(s.host.disk.get(`${folder}/one.bin`) ?? new Uint8Array(), s.play.files.get("one.bin") ?? new Uint8Array());
const magnet = (): string => `magnet:?xt=urn:btih:${s.play.metainfo.infoHash?.hex ?? ""}&x.pe=10.0.0.1:6881`;

describe("DaemonSession.add", () => {
  it("downloads an added torrent and emits the changed fields", async () => {
    s = await SessionStage.begin();
    const session = await s.open();
    const told: object[] = [];
    session.on("delta", ({ changed }) => told.push(...changed));
    const id = await s.wait(session.torrents.add(s.torrent, { peers: [s.seeder.address], label: "tv" }));
    expect(await s.reach(session, id, "seeding")).toBe(true);
    expect(isWhole("/tv")).toBe(true);
    expect(session.torrents.row(id)).toMatchObject({
      name: "one.bin",
      progress: 1,
      done: 1_000_000,
      label: "tv",
      folder: "/tv",
    });
    expect(session.torrents.row(id)?.finishedAt).toBeGreaterThan(0);
    expect(told[0]).toEqual(expect.objectContaining({ id, name: "one.bin", size: 1_000_000 }));
    expect(told.at(-1)).not.toHaveProperty("name");
  });

  it("keeps a magnet link's torrent file once it is known", async () => {
    s = await SessionStage.begin();
    const session = await s.open();
    const id = await s.wait(session.torrents.add(magnet(), {}));
    expect(session.torrents.row(id)?.size).toBe(0);
    expect(await s.reach(session, id, "seeding")).toBe(true);
    await s.wait(session.torrents.act({ action: "pause", ids: [id] }));
    await s.reach(session, id, "paused");
    s.host.crash();
    const again = await s.open();
    expect(again.torrents.row(id)).toMatchObject({ name: "one.bin", state: "paused", progress: 1, size: 1_000_000 });
    expect(again.details.torrentFile(id)).toBeDefined();
  });

  it("shows how much of the metadata has arrived", async () => {
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`file number ${n}.bin`, 1]));
    s = await SessionStage.begin(many, 5_000);
    // The simulated line limits TCP only.
    const session = await s.open({ utp: false });
    const id = await s.wait(session.torrents.add(magnet(), {}));
    const shares: number[] = [];
    session.on("delta", ({ changed }) => shares.push(...changed.flatMap((row) => row.metadataProgress ?? [])));
    expect(session.torrents.row(id)?.metadataProgress).toBe(0);
    expect(await s.reach(session, id, "downloading")).toBe(true);
    expect(session.torrents.row(id)?.metadataProgress).toBe(1);
    expect([shares.length > 1, shares.at(-1)]).toEqual([true, 1]);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  });

  it("refuses a path, which would be any file of the machine, and a torrent that is there", async () => {
    s = await SessionStage.begin();
    const session = await s.open();
    s.host.disk.put("/etc/some.torrent", s.torrent);
    await expect(s.wait(session.torrents.add("/etc/some.torrent", {}))).rejects.toMatchObject({
      code: "session.source",
    });
    await s.wait(session.torrents.add(s.torrent, { paused: true }));
    await expect(s.wait(session.torrents.add(s.torrent, {}))).rejects.toMatchObject({ code: "client.duplicate" });
    expect(session.torrents.list()).toHaveLength(1);
  });

  it("selects files before the start and finds what is known of a file that is inspected", async () => {
    s = await SessionStage.begin({ "a.bin": 400_000, "b.bin": 400_000 });
    const session = await s.open();
    expect(session.torrents.inspect(s.torrent)).toMatchObject({
      isKnown: false,
      files: [{ index: 0, path: "a.bin", size: 400_000 }, { path: "b.bin" }],
    });
    const id = await s.wait(
      session.torrents.add(s.torrent, { peers: [s.seeder.address], priorities: { "0": "skip", "1": "high" } }),
    );
    await s.reach(session, id, "seeding");
    expect(session.details.files(id)).toMatchObject([{ priority: "skip" }, { priority: "high", done: 400_000 }]);
    expect(s.host.disk.get("/data/play/a.bin")).toBeUndefined();
    expect(session.torrents.inspect(s.torrent).isKnown).toBe(true);
  });

  it("fetches no torrent file from a private address unless that is allowed", async () => {
    s = await SessionStage.begin();
    s.stage.world.name("files.example", "10.0.0.1");
    const server = await s.wait(
      s.seeder.runtime.httpServers.serve({
        ip: "10.0.0.1",
        port: 80,
        onRequest: () => ({ status: 200, body: s.torrent }),
      }),
    );
    const strict = await s.open({}, { allowPrivateAddresses: false });
    for (const url of [
      "http://files.example/a.torrent",
      "http://10.0.0.1/a.torrent",
      "http://127.0.0.1/a.torrent",
      "http://[::1]/a.torrent",
    ]) {
      await expect(s.wait(strict.torrents.add(url, {})), url).rejects.toMatchObject({ code: "http.forbidden" });
    }
    const open = await s.open({}, {}, s.stage.world.host("10.0.0.3"));
    expect(await s.wait(open.torrents.add("http://files.example/a.torrent", { paused: true }))).toBe(
      s.play.metainfo.infoHash?.hex,
    );
    await s.wait(server.close());
  });
});

describe("DaemonSession's IP filter", () => {
  const FILTER = "/lists/filter.p2p";
  const put = (text: string): void => s.host.disk.put(FILTER, utf8(text));

  it("blocks peers, shows the counts, and keeps the setting", async () => {
    s = await SessionStage.begin();
    put("seeder:10.0.0.1-10.0.0.1\n");
    const session = await s.open();
    expect(session.statistics.totals().ipFilter).toBeNull();
    await s.wait(session.settings.change({ ipFilter: FILTER }));
    const id = await s.wait(session.torrents.add(s.torrent, { peers: [s.seeder.address] }));
    await s.stage.world.until(() => (session.statistics.totals().ipFilter?.blocked ?? 0) > 0, 60_000);
    expect(session.statistics.totals().ipFilter).toMatchObject({ ranges: 1, ignoredLines: 0, error: null });
    s.host.crash();
    const again = await s.open();
    expect(again.statistics.totals().ipFilter).toMatchObject({ ranges: 1 });
    await s.wait(again.settings.change({ ipFilter: "" }));
    await s.wait(again.torrents.addPeers(id, [s.seeder.address]));
    expect(await s.reach(again, id, "seeding")).toBe(true);
  });

  it("refuses a setting whose file cannot be read, and changes nothing", async () => {
    s = await SessionStage.begin();
    put("10.9.9.9\n");
    const session = await s.open();
    await expect(s.wait(session.settings.change({ ipFilter: "/missing" }))).rejects.toMatchObject({
      code: "storage.not-found",
    });
    expect([session.settings.get().ipFilter, session.statistics.totals().ipFilter]).toEqual(["", null]);
    await s.wait(session.settings.change({ ipFilter: FILTER }));
    await expect(s.wait(session.settings.change({ ipFilter: "/missing" }))).rejects.toThrow("/missing");
    expect([session.settings.get().ipFilter, session.statistics.totals().ipFilter?.ranges]).toEqual([FILTER, 1]);
  });

  it("blocks every peer while the file of the last run is missing, and starts all the same", async () => {
    s = await SessionStage.begin();
    put("10.9.9.9\n");
    const session = await s.open();
    await s.wait(session.settings.change({ ipFilter: FILTER }));
    s.host.crash();
    await s.wait(s.host.runtime.files.removeFile(FILTER));
    const again = await s.open();
    const id = await s.wait(again.torrents.add(s.torrent, { peers: [s.seeder.address] }));
    await s.stage.world.until(() => (again.statistics.totals().ipFilter?.blocked ?? 0) > 0, 60_000);
    expect(again.statistics.totals().ipFilter).toMatchObject({ loadedAt: null });
    put("10.9.9.9\n10.9.9.8\n");
    expect(await s.reach(again, id, "seeding")).toBe(true);
  });
});

describe("DaemonSession after a crash", () => {
  it("goes on as it was: paused stays paused, with label, limits, priorities, trackers, name and progress", async () => {
    s = await SessionStage.begin({ "a.bin": 700_000, "b.bin": 300_000 });
    const first = await s.open();
    const id = await s.wait(first.torrents.add(s.torrent, { peers: [s.seeder.address], priorities: { "1": "skip" } }));
    await s.reach(first, id, "seeding");
    await s.wait(
      first.torrents.patch(id, {
        name: "renamed",
        label: "x",
        limits: { maxUploadRate: 5_000, seedRatio: 2 },
        sequential: true,
      }),
    );
    await s.wait(first.torrents.setTrackers(id, [["http://10.9.9.9/announce"]]));
    await expect(s.wait(first.torrents.setTrackers(id, [["javascript:x"]]))).rejects.toMatchObject({
      code: "session.tracker",
    });
    await s.wait(first.torrents.act({ action: "pause", ids: [id] }));
    await s.reach(first, id, "paused");
    await s.run(100);
    const before = first.torrents.row(id);
    s.host.crash();
    const second = await s.open();
    expect(second.torrents.list()).toEqual([before]);
    expect(before).toMatchObject({ name: "renamed", label: "x", trackers: ["10.9.9.9"], progress: 1 });
    expect(second.details.of(id)).toMatchObject({ sequential: true, limits: { maxUploadRate: 5_000, seedRatio: 2 } });
    expect(second.details.files(id).map(({ priority }) => priority)).toEqual(["normal", "skip"]);
    expect(second.details.trackers(id).map(({ url }) => url)).toEqual(["http://10.9.9.9/announce"]);
    await s.wait(second.torrents.act({ action: "start", ids: [id] }));
    expect(await s.reach(second, id, "seeding")).toBe(true);
    expect(second.torrents.row(id)?.finishedAt).toBe(before?.finishedAt);
  });

  it("keeps which ways to find peers each torrent may use", async () => {
    s = await SessionStage.begin();
    const first = await s.open();
    const id = await s.wait(first.torrents.add(s.torrent, { paused: true, discovery: { dht: false } }));
    expect(first.details.of(id).discovery).toEqual({ dht: false, pex: true, lsd: true });
    await s.wait(first.torrents.patch(id, { discovery: { dht: true, pex: false } }));
    s.host.crash();
    const second = await s.open();
    expect(second.details.of(id).discovery).toEqual({ dht: true, pex: false, lsd: true });
    await s.wait(second.torrents.patch(id, { sequential: true }));
    expect(second.details.of(id).discovery).toEqual({ dht: true, pex: false, lsd: true });
  });

  it("downloads on where it was, losing two seconds at the most", async () => {
    s = await SessionStage.begin({ "one.bin": 4_000_000 }, 400_000);
    const first = await s.open();
    const id = await s.wait(first.torrents.add(s.torrent, { peers: [s.seeder.address] }));
    await s.run(6_000);
    const { done = 0, downloaded = 0 } = first.torrents.row(id) ?? {};
    expect(done).toBeGreaterThan(1_000_000);
    s.host.crash();
    const second = await s.open();
    await s.reach(second, id, "downloading");
    expect(second.torrents.row(id)?.done).toBeGreaterThan(done - 900_000);
    await s.wait(second.torrents.addPeers(id, [s.seeder.address]));
    expect(await s.reach(second, id, "seeding")).toBe(true);
    expect(isWhole("/data")).toBe(true);
    expect(second.torrents.row(id)?.downloaded).toBeLessThan(downloaded + 4_000_000);
  });

  it("keeps settings that were changed above those of the configuration, and statistics", async () => {
    s = await SessionStage.begin();
    const first = await s.open();
    const id = await s.wait(first.torrents.add(s.torrent, { peers: [s.seeder.address] }));
    await s.reach(first, id, "seeding");
    await s.wait(first.settings.change({ maxUploadRate: 77_000 }));
    await s.run(61_000);
    s.host.crash();
    const second = await s.open({ maxUploadRate: 5, maxPeers: 33 });
    expect(second.settings.get()).toMatchObject({ maxUploadRate: 77_000, maxPeers: 33 });
    expect(second.statistics.info().maxUploadRate).toBe(77_000);
    expect(second.statistics.totals()).toMatchObject({ downloaded: 1_000_000, sessionDownloaded: 0 });
    expect(second.statistics.history().recent.length).toBeGreaterThan(0);
  });

  it("ends a removal that was begun", async () => {
    s = await SessionStage.begin();
    const first = await s.open();
    const id = await s.wait(first.torrents.add(s.torrent, { peers: [s.seeder.address] }));
    await s.reach(first, id, "seeding");
    s.host.disk.fault = (operation, path) => {
      if (operation === "remove" && path === "/data/one.bin") s.host.crash();
      return undefined;
    };
    first.torrents.act({ action: "remove", ids: [id], deleteData: true }).catch(() => undefined);
    expect(first.torrents.row(id)).toBeUndefined();
    await s.run(10_000);
    s.host.disk.fault = undefined;
    const second = await s.open();
    expect(second.torrents.list()).toEqual([]);
    expect(s.host.disk.paths().filter((path) => path.startsWith("/data") || path.includes(id))).toEqual([]);
  });

  it("ends a move that was begun", async () => {
    s = await SessionStage.begin();
    const first = await s.open();
    const id = await s.wait(first.torrents.add(s.torrent, { peers: [s.seeder.address] }));
    await s.reach(first, id, "seeding");
    s.host.disk.fault = (operation, path) => {
      if (operation === "sync" && path === "/new") s.host.crash();
      return undefined;
    };
    first.torrents.act({ action: "move", ids: [id], folder: "/new" }).catch(() => undefined);
    await s.run(10_000);
    s.host.disk.fault = undefined;
    const second = await s.open();
    expect(await s.reach(second, id, "seeding")).toBe(true);
    expect(second.torrents.row(id)?.folder).toBe("/new");
    expect(isWhole("/new")).toBe(true);
  });
});

describe("DaemonSession.act", () => {
  it("does what it can and names those that failed", async () => {
    s = await SessionStage.begin();
    const session = await s.open();
    const id = await s.wait(session.torrents.add(s.torrent, { paused: true }));
    const other = "f".repeat(40);
    expect(await s.wait(session.torrents.act({ action: "label", ids: [id, other], label: "x" }))).toMatchObject({
      done: 1,
      failed: [{ id: other, code: "session.not-found" }],
    });
    await s.run(100);
    expect(session.torrents.row(id)?.label).toBe("x");
  });

  it("removes with data, and the same torrent can be added again", async () => {
    s = await SessionStage.begin();
    const session = await s.open();
    const removed: string[] = [];
    session.on("delta", (delta) => removed.push(...delta.removed));
    const id = await s.wait(session.torrents.add(s.torrent, { peers: [s.seeder.address] }));
    await s.reach(session, id, "seeding");
    await s.wait(session.torrents.act({ action: "remove", ids: [id], deleteData: true }));
    expect(s.host.disk.get("/data/one.bin")).toBeUndefined();
    await s.run(100);
    expect(removed).toEqual([id]);
    expect(await s.wait(session.torrents.add(s.torrent, { peers: [s.seeder.address] }))).toBe(id);
    expect(await s.reach(session, id, "seeding")).toBe(true);
    s.host.crash();
    expect((await s.open()).torrents.list()).toHaveLength(1);
  });

  it("checks a paused torrent and pauses it again", async () => {
    s = await SessionStage.begin();
    const session = await s.open();
    const id = await s.wait(session.torrents.add(s.torrent, { peers: [s.seeder.address] }));
    await s.reach(session, id, "seeding");
    await s.wait(session.torrents.act({ action: "pause", ids: [id] }));
    await s.reach(session, id, "paused");
    s.host.disk.put("/data/one.bin", new Uint8Array(1_000_000));
    await s.wait(session.torrents.act({ action: "recheck", ids: [id] }));
    await s.run(2_000);
    expect(await s.reach(session, id, "paused")).toBe(true);
    expect(session.torrents.row(id)?.progress).toBe(0);
  });

  it("runs as many torrents as the settings allow, and more when started now", async () => {
    s = await SessionStage.begin();
    const session = await s.open({ maxActiveDownloads: 1 });
    const others = await Promise.all([1, 2, 3].map((seed) => tinyTorrent(seed)));
    const ids: string[] = [];
    for (const other of others) ids.push(await s.wait(session.torrents.add(other, {})));
    await s.run(500);
    const states = (): (string | undefined)[] => ids.map((id) => session.torrents.row(id)?.state);
    expect(states()).toEqual(["downloading", "queued", "queued"]);
    await s.wait(session.torrents.act({ action: "queue", ids: [ids[2] ?? ""], to: "top" }));
    await s.run(500);
    expect(states()).toEqual(["queued", "queued", "downloading"]);
    await s.wait(session.torrents.act({ action: "start-now", ids: [ids[1] ?? ""] }));
    await s.run(500);
    expect(states()).toEqual(["queued", "downloading", "downloading"]);
    await s.wait(session.settings.change({ maxActiveDownloads: null }));
    await s.run(500);
    expect(states()).toEqual(["downloading", "downloading", "downloading"]);
  });

  it("stops a seed that has given back enough", async () => {
    s = await SessionStage.begin();
    const session = await s.open({ seedSeconds: 100 });
    const id = await s.wait(session.torrents.add(s.torrent, { peers: [s.seeder.address] }));
    await s.reach(session, id, "seeding");
    await s.run(80_000);
    expect(session.torrents.row(id)?.state).toBe("seeding");
    await s.run(35_000);
    expect(session.torrents.row(id)?.state).toBe("paused");
  });
});

describe("DaemonSession.open", () => {
  it("reads a file while it downloads, and fails when the torrent does not run", async () => {
    s = await SessionStage.begin({ "one.bin": 4_000_000 }, 200_000);
    const session = await s.open();
    const id = await s.wait(session.torrents.add(s.torrent, { peers: [s.seeder.address] }));
    await s.reach(session, id, "downloading");
    const file = await s.wait(session.details.open(id, 0));
    expect([file.path, file.size]).toEqual(["one.bin", 4_000_000]);
    const reading = file.read(3_500_000, 3_600_000, new AbortController().signal)[Symbol.asyncIterator]();
    const next = await s.wait(reading.next(), 6_000);
    const first = next.done === true ? new Uint8Array() : next.value;
    expect(first.length).toBeGreaterThan(0);
    expect(
      equalBytes(first, s.play.files.get("one.bin")?.slice(3_500_000, 3_500_000 + first.length) ?? new Uint8Array()),
    ).toBe(true);
    await s.wait(session.torrents.act({ action: "pause", ids: [id] }));
    await s.reach(session, id, "paused");
    const late = file.read(0, 4_000_000, new AbortController().signal)[Symbol.asyncIterator]();
    const all = async (): Promise<void> => {
      while ((await late.next()).done !== true);
    };
    await expect(s.wait(all())).rejects.toMatchObject({ code: "session.not-active" });
    await expect(session.details.open(id, 7)).rejects.toMatchObject({ code: "session.not-found" });
  });
});

describe("DaemonSession.createTorrent", () => {
  it("makes a torrent with progress and seeds it from where it is", async () => {
    s = await SessionStage.begin();
    const session = await s.open();
    s.host.disk.put("/mine/film.bin", new Uint8Array(3_000_000).fill(9));
    const states: string[] = [];
    session.on("task", (task) => states.push(task.state));
    const { id } = session.tasks.begin({ path: "/mine/film.bin", comment: "hello" });
    await s.stage.world.until(() => session.tasks.list()[0]?.state === "done", 10_000);
    const torrent = session.tasks.list()[0]?.torrent ?? "";
    expect(await s.reach(session, torrent, "seeding")).toBe(true);
    expect(session.details.of(torrent)).toMatchObject({
      comment: "hello",
      folder: "/mine",
      progress: 1,
      finishedAt: null,
    });
    expect(states.at(-1)).toBe("done");
    expect([session.tasks.cancel(id), session.tasks.cancel(id), session.tasks.list()]).toEqual([true, false, []]);
  });

  it("is cancelled, and reports a failure", async () => {
    s = await SessionStage.begin();
    const session = await s.open();
    s.host.disk.put("/mine/film.bin", new Uint8Array(3_000_000));
    const first = session.tasks.begin({ path: "/mine/film.bin" });
    session.tasks.begin({ path: "/nothing/here" });
    expect(session.tasks.cancel(first.id)).toBe(true);
    await s.stage.world.until(() => session.tasks.list().every(({ state }) => state !== "hashing"), 10_000);
    expect(session.tasks.list().map(({ state }) => state)).toEqual(["cancelled", "failed"]);
    expect(session.tasks.list()[1]?.error).toContain("/nothing/here");
    expect(session.torrents.list()).toEqual([]);
  });
});

/** Another torrent whose data is nowhere. */
async function tinyTorrent(seed: number): Promise<Uint8Array> {
  s.seeder.host.disk.put(`/tiny/${seed}.bin`, new Uint8Array(50_000).fill(seed));
  return (await s.wait(createTorrent(s.seeder.host.runtime, { path: `/tiny/${seed}.bin` }))).bytes;
}
