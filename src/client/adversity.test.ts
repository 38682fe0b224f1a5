import { StorageError } from "../base/index.ts";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { equalBytes } from "../base/index.ts";
import { ALLOWED_FAST } from "../swarm/index.ts";
import { digest, makePlay, Stage, type Play } from "../../test/support/stage.ts";

let play: Play;
let stage: Stage | undefined;
beforeAll(async () => {
  play = await makePlay({ "one.bin": 3_000_000 }, 65_536);
});
afterEach(() => stage?.close());

function begin(which = play, seed = 1): Stage {
  stage = new Stage(which, seed);
  return stage;
}

describe("Torrent on a full disk", () => {
  it("reports it, waits, and continues by itself when there is space", async () => {
    const s = begin();
    const seeder = await s.seeder("10.0.0.1");
    const host = s.world.host("10.0.0.2");
    host.disk.capacity = 1_000_000;
    const leecher = await s.enter(host, {}, { peers: [seeder.address] });
    const seen: string[] = [];
    leecher.torrent.on("warning", (error) => seen.push(error.code));
    expect(await s.world.until(() => leecher.torrent.state.kind === "disk-full", 60_000)).toBe(true);
    await s.world.run(60_000);
    expect(leecher.torrent.state.kind).toBe("disk-full");
    expect(seen).toEqual(["storage.full"]);
    host.disk.capacity = Infinity;
    await s.world.settled(leecher.torrent.done, 60_000);
    expect(s.isWhole(host)).toBe(true);
    expect(leecher.torrent.state.kind).toBe("seeding");
  });

  it("reports it once, also when some writes succeed and others fail", async () => {
    const s = begin();
    const seeder = await s.seeder("10.0.0.1");
    const host = s.world.host("10.0.0.2");
    let writes = 0;
    host.disk.fault = (operation, path) =>
      operation === "write" && path.startsWith("/data/play") && ++writes % 3 !== 0
        ? new StorageError("storage.full", `cannot write ${path}: no space left`)
        : undefined;
    const leecher = await s.enter(host, {}, { peers: [seeder.address] });
    const seen: string[] = [];
    leecher.torrent.on("warning", (error) => seen.push(error.code));
    leecher.torrent.on("state", ({ kind }) => seen.push(kind));
    await s.world.run(60_000);
    expect(seen.filter((what) => what === "storage.full").length).toBeLessThanOrEqual(3);
    expect(seen.length).toBeLessThan(12);
    host.disk.fault = undefined;
    await s.world.settled(leecher.torrent.done, 60_000);
    expect(s.isWhole(host)).toBe(true);
  });

  it("closes while it waits", async () => {
    const s = begin();
    const seeder = await s.seeder("10.0.0.1");
    const host = s.world.host("10.0.0.2");
    host.disk.capacity = 500_000;
    const leecher = await s.enter(host, {}, { peers: [seeder.address] });
    await s.world.until(() => leecher.torrent.state.kind === "disk-full", 60_000);
    await s.world.settled(leecher.client.close(), 10_000);
    expect(host.timers).toBe(0);
  });
});

describe("Torrent after a power failure", () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    "has no piece without data, loses at most two seconds, and completes (seed %i)",
    async (seed) => {
      const s = begin(play, seed);
      const seeder = await s.seeder("10.0.0.1", { up: 300_000 });
      const host = s.world.host("10.0.0.2");
      let leecher = await s.enter(host, {}, { peers: [seeder.address] });
      for (let failure = 0; failure < 3; failure++) {
        const log: { readonly at: number; readonly done: number }[] = [];
        const note = (): void => {
          log.push({ at: s.world.now, done: leecher.torrent.status().doneBytes });
        };
        leecher.torrent.on("piece", note);
        await s.world.run(1_700 + 611 * failure + 37 * seed);
        const crashedAt = s.world.now;
        const before = log.findLast(({ at }) => at <= crashedAt - 2_000)?.done ?? 0;
        host.crash();
        leecher = await s.enter(host, {}, { peers: [seeder.address] });
        const bits = leecher.torrent.pieces() ?? new Uint8Array();
        const data = host.disk.get("/data/one.bin") ?? new Uint8Array();
        let claimed = 0;
        for (let piece = 0; piece < play.metainfo.pieceCount; piece++) {
          if (((bits[piece >> 3] ?? 0) & (0x80 >> (piece & 7))) === 0) continue;
          const bytes = data.subarray(piece * 65_536, (piece + 1) * 65_536);
          claimed += bytes.length;
          expect(equalBytes(digest("sha1", bytes), play.metainfo.pieceHash(piece)), `piece ${piece}`).toBe(true);
        }
        expect(claimed).toBeGreaterThanOrEqual(before);
      }
      await s.world.settled(leecher.torrent.done, 120_000);
      expect(s.isWhole(host)).toBe(true);
    },
  );

  it.each([1, 2, 3])("trusts no damaged state (seed %i)", async (seed) => {
    const s = begin(play, seed);
    const seeder = await s.seeder("10.0.0.1", { up: 500_000 });
    const host = s.world.host("10.0.0.2");
    await s.enter(host, {}, { peers: [seeder.address] });
    await s.world.run(4_000);
    host.crash();
    for (const path of host.disk.paths().filter((each) => each.includes(".millrace"))) {
      const bytes = host.disk.get(path) ?? new Uint8Array();
      const hurt =
        seed === 1
          ? new Uint8Array()
          : seed === 2
            ? bytes.subarray(0, bytes.length / 2)
            : bytes.map((byte, at) => (at % 50 === 7 ? byte ^ 0x55 : byte));
      host.disk.put(path, hurt);
    }
    const leecher = await s.enter(host, {}, { peers: [seeder.address] });
    await s.world.settled(leecher.torrent.done, 60_000);
    expect(s.isWhole(host)).toBe(true);
  });
});

describe("Torrent on bad connections", () => {
  it.each([1, 2, 3])("completes though connections keep breaking (seed %i)", async (seed) => {
    const s = begin(play, seed);
    const a = await s.seeder("10.0.0.1", { breakage: 0.01 });
    const b = await s.seeder("10.0.0.2", { breakage: 0.02 });
    const leecher = await s.leecher("10.0.0.3", { peers: [a.address, b.address] });
    await s.world.settled(leecher.torrent.done, 20 * 60_000);
    expect(s.isWhole(leecher.host)).toBe(true);
  });

  it("requests the blocks of a disconnected peer from others", async () => {
    const s = begin();
    const [slow, good] = [await s.seeder("10.0.0.1", { up: 400_000 }), await s.seeder("10.0.0.2", { up: 400_000 })];
    const leecher = await s.leecher("10.0.0.3", { peers: [slow.address, good.address] });
    await s.world.run(2_000);
    slow.host.isUnplugged = true;
    await s.world.settled(leecher.torrent.done, 60_000);
    expect(s.isWhole(leecher.host)).toBe(true);
  });

  it("has no pieces of a file that was removed while the client did not run", async () => {
    for (const isClean of [true, false]) {
      const s = new Stage(play, 3);
      const seeder = await s.seeder("10.0.0.1", { up: 300_000 });
      const leecher = await s.leecher("10.0.0.2", { peers: [seeder.address] });
      await s.world.run(4_000);
      if (isClean) await s.world.settled(leecher.client.close(), 10_000);
      leecher.host.crash();
      await leecher.host.runtime.files.removeFile("/data/one.bin");
      const again = await s.enter(leecher.host);
      expect(again.torrent.status().doneBytes).toBe(0);
      await s.close();
    }
  });

  it("fails when its file is removed, and resumes with a check", async () => {
    const s = begin();
    const seeder = await s.seeder("10.0.0.1", { up: 300_000 });
    const leecher = await s.leecher("10.0.0.2", { peers: [seeder.address] });
    await s.world.run(4_000);
    await leecher.host.runtime.files.removeFile("/data/one.bin");
    await s.world.until(() => leecher.torrent.state.kind === "failed", 20_000);
    expect(leecher.torrent.state).toMatchObject({ kind: "failed", error: { code: "storage.vanished" } });
    leecher.torrent.resume();
    await s.world.settled(leecher.torrent.done, 60_000);
    expect(s.isWhole(leecher.host)).toBe(true);
  });
});

describe("Torrent selection", () => {
  it("downloads the selected files, stores shared pieces in the part file, and downloads more when the selection grows", async () => {
    const s = begin(await makePlay({ "a.bin": 300_000, "b.bin": 500_000, "c.bin": 0, "d.bin": 400_000 }));
    const seeder = await s.seeder("10.0.0.1");
    const leecher = await s.leecher("10.0.0.2", { peers: [seeder.address], select: (_, path) => path === "b.bin" });
    await s.world.settled(leecher.torrent.done, 60_000);
    const { disk } = leecher.host;
    expect(disk.paths().filter((path) => path.startsWith("/data/play"))).toEqual(["/data/play/b.bin"]);
    expect(disk.get("/data/play/b.bin")).toEqual(s.play.files.get("play/b.bin"));
    const index = (name: string): number => leecher.torrent.files().find(({ path }) => path === name)?.index ?? -1;
    await s.world.settled(
      leecher.torrent.setPriorities(
        new Map([
          [index("a.bin"), "high"],
          [index("c.bin"), "low"],
          [index("d.bin"), "normal"],
        ]),
      ),
      5_000,
    );
    await s.world.settled(leecher.torrent.done, 60_000);
    expect(s.isWhole(leecher.host)).toBe(true);
    expect(disk.get("/data/play/c.bin")).toEqual(new Uint8Array());
  });

  it("skips files that are deselected while it runs", async () => {
    const s = begin(await makePlay({ "a.bin": 1_000_000, "b.bin": 1_000_000 }));
    const seeder = await s.seeder("10.0.0.1", { up: 200_000 });
    const leecher = await s.leecher("10.0.0.2", {
      peers: [seeder.address],
      priorities: (_, path) => (path === "a.bin" ? "high" : "low"),
    });
    await s.world.run(2_000);
    await s.world.settled(leecher.torrent.setPriorities(new Map([[1, "skip"]])), 5_000);
    await s.world.settled(leecher.torrent.done, 60_000);
    expect(leecher.host.disk.get("/data/play/a.bin")).toEqual(s.play.files.get("play/a.bin"));
    expect(leecher.torrent.status().downloaded).toBeLessThan(1_500_000);
  });

  it("downloads in order when sequential", async () => {
    const s = begin();
    const seeder = await s.seeder("10.0.0.1", { up: 500_000 });
    const leecher = await s.leecher("10.0.0.2", { peers: [seeder.address], sequential: true });
    const order: number[] = [];
    leecher.torrent.on("piece", (piece) => order.push(piece));
    await s.world.settled(leecher.torrent.done, 60_000);
    // The pieces of the allowed-fast set (BEP 6) come first.
    const rest = order.slice(ALLOWED_FAST);
    expect(rest).toEqual(rest.toSorted((a, b) => a - b));
  });
});
