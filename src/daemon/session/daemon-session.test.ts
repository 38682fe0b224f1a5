import { afterEach, describe, expect, it } from "vitest";
import type { Settings } from "../../api/index.ts";
import { silentLog, type Runtime } from "../../runtime/index.ts";
import { makePlay, Stage, type Actor, type Play } from "../../../test/support/stage.ts";
import type { SimHost } from "../../sim/index.ts";
import { openSession, type DaemonSession, type SessionOptions } from "./daemon-session.ts";

const SETTINGS: Settings = {
  downloadDir: "/data",
  maxDownloadRate: null,
  maxUploadRate: null,
  schedule: [],
  maxConnections: 500,
  maxPeers: 100,
  uploadSlots: 20,
  maxActiveDownloads: null,
  maxActiveSeeds: null,
  seedRatio: null,
  seedSeconds: null,
  labels: { tv: "/tv", music: "songs" },
  watchDir: "",
  startAdded: true,
};

let stage: Stage;
const sessions: { readonly session: DaemonSession; readonly runtime: Runtime; readonly host: SimHost }[] = [];
afterEach(async () => {
  for (const { session, runtime, host } of sessions.splice(0)) if (host.runtime === runtime) await stage.world.settled(session.close(), 60_000);
  await stage.close();
});

async function begin(sizes: Readonly<Record<string, number>> = { "one.bin": 1_000_000 }): Promise<{ play: Play; host: SimHost; seeder: Actor }> {
  const play = await makePlay(sizes);
  stage = new Stage(play);
  const seeder = await stage.seeder("10.0.0.1");
  return { play, host: stage.world.host("10.0.0.2"), seeder };
}

async function open(host: SimHost, settings: Partial<Settings> = {}, options: Partial<SessionOptions> = {}): Promise<DaemonSession> {
  const { runtime } = host;
  const all: SessionOptions = { stateDir: "/state", settings: { ...SETTINGS, ...settings }, peerPort: 6881, allowPrivateAddresses: true, version: "0.0.0", log: silentLog, runtime, ...options };
  const session = await stage.world.settled(openSession(all), 60_000);
  sessions.push({ session, runtime, host });
  return session;
}

const wait = <T>(promise: Promise<T>, ms = 60_000): Promise<T> => stage.world.settled(promise, ms);
const reach = (session: DaemonSession, id: string, state: string, ms = 60_000): Promise<boolean> => stage.world.until(() => session.row(id)?.state === state, ms);

describe("DaemonSession", () => {
  it("downloads what is added and tells of it by changes of fields", async () => {
    const { play, host, seeder } = await begin();
    const session = await open(host);
    const states: unknown[] = [];
    session.on("delta", ({ changed }) => changed.forEach(({ state }) => state !== undefined && states.push(state)));
    const id = await wait(session.add(play.metainfo.torrentBytes(), { peers: [seeder.address], label: "tv" }));
    expect(await reach(session, id, "seeding")).toBe(true);
    expect(host.disk.get("/tv/one.bin")).toEqual(play.files.get("one.bin"));
    expect(session.row(id)).toMatchObject({ name: "one.bin", progress: 1, done: 1_000_000, label: "tv", folder: "/tv", finishedAt: expect.any(Number) });
    expect(states).toEqual(["queued", "checking", "downloading", "seeding"].filter((state) => states.includes(state)));
    expect(states.at(-1)).toBe("seeding");
  });

  it("goes on after a power failure as it was: paused stays paused, with label, limits, priorities, name and progress", async () => {
    const { play, host, seeder } = await begin({ "a.bin": 700_000, "b.bin": 300_000 });
    const first = await open(host);
    const id = await wait(first.add(play.metainfo.torrentBytes(), { peers: [seeder.address], priorities: { "1": "skip" } }));
    await reach(first, id, "seeding");
    await wait(first.patch(id, { name: "renamed", label: "x", limits: { maxUploadRate: 5_000, seedRatio: 2 }, sequential: true }));
    await wait(first.setTrackers(id, [["http://10.9.9.9/announce"]]));
    await wait(first.act({ action: "pause", ids: [id] }));
    await reach(first, id, "paused");
    await stage.world.run(2_000);
    const before = first.row(id);
    host.crash();
    const second = await open(host);
    expect(second.list()).toEqual([before]);
    expect(second.detail(id)).toMatchObject({ sequential: true, limits: { maxUploadRate: 5_000, seedRatio: 2 } });
    expect(second.files(id).map(({ priority }) => priority)).toEqual(["normal", "skip"]);
    expect(second.trackers(id).map(({ url }) => url)).toEqual(["http://10.9.9.9/announce"]);
    await wait(second.act({ action: "start", ids: [id] }));
    expect(await reach(second, id, "seeding")).toBe(true);
  });
});
