import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makePlay, Stage, type Actor, type Play } from "../../test/support/stage.ts";
import { MISSING_LOOK_MS } from "./limits.ts";
import type { AddOptions } from "./options.ts";

const PIECE = 65_536;

let play: Play;
let single: Play;
let stage: Stage;
beforeAll(async () => {
  play = await makePlay({ "a.bin": PIECE * 3, "b.bin": PIECE * 2 + 100, "sub/c.bin": PIECE }, PIECE);
  single = await makePlay({ "one.bin": PIECE * 4 }, PIECE);
});
beforeEach(() => {
  stage = new Stage(play);
});
afterEach(() => stage.close());

const options = { stateDir: "/state" };

/** All files on a host's disk without the state, and the folders. */
function onDisk({ host }: Actor): string[] {
  return host.disk.paths().filter((path) => !path.startsWith("/state/"));
}

async function rename(actor: Actor, from: string, to: string): Promise<void> {
  await stage.world.settled(actor.host.runtime.files.rename(from, to), 1_000);
}

/** A complete torrent whose process has ended and whose data was removed afterwards. */
async function lost(add: AddOptions = {}): Promise<Actor> {
  const first = await stage.seeder("10.0.0.1", {}, options, add);
  expect(first.torrent.state.kind).toBe("seeding");
  await stage.world.settled(first.client.close(), 10_000);
  await rename(first, "/data", "/away");
  return first;
}

/** The next process on the host of `first`. */
async function again(first: Actor, add: AddOptions = {}, client: object = options): Promise<Actor> {
  const actor = await stage.enter(first.host, client, add);
  await stage.world.until(() => actor.torrent.state.kind !== "checking", 10_000);
  return actor;
}

function code({ torrent }: Actor): string | undefined {
  return torrent.state.kind === "failed" ? torrent.state.error.code : torrent.state.kind;
}

describe.each([
  ["many files", () => play],
  ["one file", () => single],
])("Torrent whose data is gone, of %s", (_what, which) => {
  beforeEach(() => {
    stage = new Stage(which());
  });

  it("fails at the start, names the folder, and writes nothing", async () => {
    const first = await lost();
    const before = onDisk(first);
    const seeder = await stage.seeder("10.0.0.2");
    const actor = await again(first, { peers: [seeder.address] });
    expect(code(actor)).toBe("storage.missing");
    await expect(actor.torrent.done).rejects.toThrow(/ missing from \/data; /);
    await expect(actor.torrent.done).rejects.toMatchObject({ code: "storage.missing", fields: { folder: "/data" } });
    await stage.world.run(MISSING_LOOK_MS * 4);
    expect(code(actor)).toBe("storage.missing");
    expect(onDisk(actor)).toEqual(before);
    expect(await stage.world.settled(actor.host.runtime.files.stat("/data"), 100)).toBeUndefined();
    expect(actor.torrent.trackers()).toEqual([]);
    await stage.world.settled(actor.client.close(), 10_000);
    expect(onDisk(actor)).toEqual(before);
  });

  it("continues by itself when the files are back, without a check or a download", async () => {
    const first = await lost();
    const actor = await again(first);
    const states: string[] = [];
    actor.torrent.on("state", ({ kind }) => states.push(kind));
    await rename(actor, "/away", "/data");
    await stage.world.until(() => actor.torrent.state.kind === "seeding", MISSING_LOOK_MS * 3);
    expect(new Set(states)).toEqual(new Set(["checking", "seeding"]));
    expect(actor.torrent.status().downloaded).toBe(0);
    await actor.torrent.done;
  });

  it("waits while the files are being copied back", async () => {
    const first = await lost();
    const actor = await again(first);
    const [[path, bytes] = ["", new Uint8Array()]] = stage.play.files;
    actor.host.disk.put(`/data/${path}`, bytes.subarray(0, bytes.length - 1));
    await stage.world.run(MISSING_LOOK_MS * 3);
    expect(code(actor)).toBe("storage.missing");
    expect(actor.host.disk.get(`/data/${path}`)?.length).toBe(bytes.length - 1);
  });

  it("downloads again when it is started again", async () => {
    const first = await lost();
    const seeder = await stage.seeder("10.0.0.2");
    const actor = await again(first, { peers: [seeder.address] });
    actor.torrent.resume();
    await stage.world.settled(actor.torrent.done, 60_000);
    expect(stage.isWhole(actor.host)).toBe(true);
  });

  it("downloads again when it is checked again", async () => {
    const first = await lost();
    const seeder = await stage.seeder("10.0.0.2");
    const actor = await again(first, { peers: [seeder.address] });
    await stage.world.settled(actor.torrent.recheck(), 1_000);
    await stage.world.settled(actor.torrent.done, 60_000);
    expect(stage.isWhole(actor.host)).toBe(true);
  });

  it("downloads again, with a warning, when ifMissing is download", async () => {
    const first = await lost();
    const seeder = await stage.seeder("10.0.0.2");
    const actor = await again(first, { peers: [seeder.address], ifMissing: "download", paused: true });
    const warnings: string[] = [];
    actor.torrent.on("warning", (error) => warnings.push(error.code));
    actor.torrent.resume();
    await stage.world.settled(actor.torrent.done, 60_000);
    expect([stage.isWhole(actor.host), warnings]).toEqual([true, ["storage.lost"]]);
  });

  it("fails when it is started again after a pause", async () => {
    const actor = await stage.seeder("10.0.0.1", {}, options);
    await stage.world.settled(actor.torrent.pause(), 10_000);
    await rename(actor, "/data", "/away");
    actor.torrent.resume();
    await stage.world.until(() => actor.torrent.state.kind === "failed", 10_000);
    expect(code(actor)).toBe("storage.missing");
    expect(onDisk(actor).every((path) => path.startsWith("/away/"))).toBe(true);
  });

  it("creates nothing in the folder when it is stopped after the disk was removed, with its state beside the data", async () => {
    const actor = await stage.seeder("10.0.0.1");
    await rename(actor, "/data", "/away");
    await stage.world.settled(actor.client.close(), 10_000);
    expect(actor.host.disk.paths().every((path) => path.startsWith("/away/"))).toBe(true);
  });

  it.each([
    ["with the state in stateDir", options],
    ["with the state beside the data", {}],
  ])("fails when it is searched in a wrong folder, %s", async (_state, client) => {
    const seeder = await stage.seeder("10.0.0.2");
    const actor = await stage.seeder("10.0.0.1", {}, client, { peers: [seeder.address] });
    await stage.world.settled(actor.torrent.move("/typo", { find: true }), 10_000);
    await stage.world.until(() => actor.torrent.state.kind === "failed", 10_000);
    await stage.world.run(20_000);
    expect(code(actor)).toBe("storage.missing");
    await expect(actor.torrent.done).rejects.toMatchObject({ fields: { folder: "/typo" } });
    expect(actor.host.disk.paths().filter((path) => path.startsWith("/typo"))).toEqual([]);
    await stage.world.settled(actor.torrent.move("/data", { find: true }), 10_000);
    actor.torrent.resume();
    await stage.world.until(() => actor.torrent.state.kind === "seeding", 10_000);
  });

  it("fails, too, when its kept state is damaged but hadData is set", async () => {
    const first = await lost();
    for (const path of first.host.disk.paths())
      if (path.startsWith("/state/")) first.host.disk.put(path, new Uint8Array(10));
    const seeder = await stage.seeder("10.0.0.2");
    const actor = await again(first, { hadData: true, peers: [seeder.address] });
    expect(code(actor)).toBe("storage.missing");
  });
});

describe("Torrent with some files missing", () => {
  it("is checked, warns, and downloads the missing files", async () => {
    const first = await stage.seeder("10.0.0.1", {}, options);
    await stage.world.settled(first.client.close(), 10_000);
    await stage.world.settled(first.host.runtime.files.removeFile("/data/play/a.bin"), 1_000);
    const seeder = await stage.seeder("10.0.0.2");
    const client = await stage.enter(first.host, options, { paused: true, peers: [seeder.address] });
    const warnings: string[] = [];
    client.torrent.on("warning", (error) => warnings.push(error.message));
    client.torrent.resume();
    await stage.world.settled(client.torrent.done, 60_000);
    expect(warnings).toEqual([
      expect.stringMatching(/3 of 7 pieces in \/data are missing or changed \(1 of its files are missing\)/),
    ]);
    expect(client.torrent.status().downloaded).toBe(PIECE * 3);
  });

  it("does not fail when there never was data", async () => {
    const seeder = await stage.seeder("10.0.0.2");
    const actor = await stage.leecher("10.0.0.1", { peers: [seeder.address] }, {}, options);
    await stage.world.settled(actor.torrent.done, 60_000);
    expect(stage.isWhole(actor.host)).toBe(true);
  });
});
