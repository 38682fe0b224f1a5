import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { WATCH_FILE_MS } from "../storage/index.ts";
import { makePlay, noise, Stage, type Actor, type Play } from "../../test/support/stage.ts";

const PIECE = 65_536;
const SLOW = { up: 100_000 };

let play: Play;
let stage: Stage;
beforeAll(async () => {
  play = await makePlay({ "a.bin": PIECE * 20, "b.bin": PIECE * 20 }, PIECE);
});
beforeEach(() => {
  stage = new Stage(play);
});
afterEach(() => stage.close());

/** A seed from which a peer downloads slowly. */
async function sharing(): Promise<{ readonly seeder: Actor; readonly leecher: Actor; readonly warnings: string[] }> {
  const seeder = await stage.seeder("10.0.0.1", SLOW, { stateDir: "/state" });
  const warnings: string[] = [];
  seeder.torrent.on("warning", ({ code }) => warnings.push(code));
  const leecher = await stage.leecher("10.0.0.2", { peers: [seeder.address], sequential: true });
  leecher.torrent.done.catch(() => undefined);
  await stage.world.until(() => leecher.torrent.status().doneBytes > PIECE * 2, 60_000);
  await stage.world.run(WATCH_FILE_MS);
  return { seeder, leecher, warnings };
}

const PATH = "/data/play/a.bin";

function bytes({ host }: Actor): Uint8Array {
  return host.disk.get(PATH) ?? new Uint8Array();
}

describe("Torrent with a file that changes while it is shared", () => {
  it.each([
    [
      "changed in place",
      (actor: Actor): void => actor.host.disk.put(PATH, bytes(actor).fill(7, PIECE * 10), 99),
      "storage.changed",
    ],
    [
      "cut",
      (actor: Actor): void => actor.host.disk.put(PATH, bytes(actor).subarray(0, PIECE * 10), 99),
      "storage.changed",
    ],
    [
      "made longer and changed",
      (actor: Actor): void => actor.host.disk.put(PATH, noise(PIECE * 30), 99),
      "storage.changed",
    ],
    [
      "replaced by another of its size",
      (actor: Actor): void => actor.host.disk.put(PATH, noise(PIECE * 20, 99), 99),
      "storage.changed",
    ],
  ])("stops serving the file, warns, and disconnects its peers when it was %s", async (_what, change, code) => {
    const { seeder, leecher, warnings } = await sharing();
    change(seeder);
    const before = bytes(seeder);
    await stage.world.until(() => seeder.torrent.state.kind === "failed", 60_000);
    expect(seeder.torrent.state).toMatchObject({ kind: "failed", error: { code } });
    expect(warnings).toEqual([code]);
    await stage.world.run(5_000);
    expect(leecher.torrent.peers()).toEqual([]);
    // The seed sent no bad data.
    expect(leecher.torrent.status().wasted).toBe(0);
    expect(Buffer.compare(bytes(seeder), before)).toBe(0);
  });

  it("continues when only the modification time has changed", async () => {
    const { seeder, leecher, warnings } = await sharing();
    seeder.host.disk.put(PATH, bytes(seeder), 99);
    await stage.world.settled(leecher.torrent.done, 120_000);
    expect([warnings, seeder.torrent.state.kind]).toEqual([["storage.changed"], "seeding"]);
    expect(stage.isWhole(leecher.host)).toBe(true);
  });

  it("disconnects its peers when the file was removed, and continues once it is back", async () => {
    const { seeder, leecher } = await sharing();
    const before = bytes(seeder);
    await stage.world.settled(seeder.host.runtime.files.removeFile(PATH), 1_000);
    await stage.world.until(() => seeder.torrent.state.kind === "failed", 60_000);
    expect(seeder.torrent.state).toMatchObject({ error: { code: "storage.not-found" } });
    await stage.world.run(5_000);
    expect(leecher.torrent.peers()).toEqual([]);
    expect(bytes(seeder)).toHaveLength(0);
    seeder.host.disk.put(PATH, before, 77);
    await stage.world.until(() => seeder.torrent.state.kind === "seeding", 60_000);
    await stage.world.settled(leecher.torrent.done, 600_000);
    expect(stage.isWhole(leecher.host)).toBe(true);
  });

  it("withdraws its pieces with lt_donthave, and the peer continues with the others and other peers", async () => {
    const { seeder, leecher } = await sharing();
    const other = await stage.seeder("10.0.0.3");
    seeder.host.disk.put(PATH, bytes(seeder).fill(7, PIECE * 10), 99);
    await stage.world.until(() => seeder.torrent.state.kind === "failed", 60_000);
    await leecher.torrent.addPeers([other.address]);
    await stage.world.settled(leecher.torrent.done, 120_000);
    expect(stage.isWhole(leecher.host)).toBe(true);
  });

  it("downloads the bad pieces again when it is started again", async () => {
    const { seeder, leecher } = await sharing();
    seeder.host.disk.put(PATH, bytes(seeder).fill(7, PIECE * 10), 99);
    await stage.world.until(() => seeder.torrent.state.kind === "failed", 60_000);
    const other = await stage.seeder("10.0.0.3");
    await seeder.torrent.addPeers([other.address]);
    seeder.torrent.resume();
    await stage.world.settled(seeder.torrent.done, 120_000);
    expect([stage.isWhole(seeder.host), leecher.torrent.state.kind]).toEqual([true, "downloading"]);
  });
});
