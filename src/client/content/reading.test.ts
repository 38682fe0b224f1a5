import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { concatBytes, equalBytes } from "../../base/index.ts";
import { makePlay, Stage, type Actor, type Play } from "../../../test/support/stage.ts";

let play: Play;
let stage: Stage;
beforeAll(async () => {
  play = await makePlay({ "film.bin": 4_000_000, "other.bin": 500_000 }, 32_768);
});
afterEach(() => stage.close());

async function pair(up = 200_000): Promise<Actor> {
  stage = new Stage(play);
  const seeder = await stage.seeder("10.0.0.1", { up });
  return stage.leecher("10.0.0.2", { peers: [seeder.address] });
}

async function collect(reading: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of reading) parts.push(part);
  return concatBytes(parts);
}

const film = (start: number, end: number): Uint8Array =>
  play.files.get("play/film.bin")?.slice(start, end) ?? new Uint8Array();

describe("Torrent.read", () => {
  it("returns a range from the middle long before the download would reach it", async () => {
    const { torrent } = await pair();
    const bytes = await stage.world.settled(collect(torrent.read(0, 3_000_000, 3_200_000)), 6_000);
    expect(equalBytes(bytes, film(3_000_000, 3_200_000))).toBe(true);
    expect(torrent.status().doneBytes).toBeLessThan(2_000_000);
  });

  it("returns the whole file in order, as it arrives", async () => {
    const { torrent } = await pair(2_000_000);
    expect(
      equalBytes(await stage.world.settled(collect(torrent.read(0, 0, 4_000_000)), 60_000), film(0, 4_000_000)),
    ).toBe(true);
  });

  it("reads ahead: after a range was read, the pieces behind it arrive first", async () => {
    const { torrent } = await pair();
    const reading = torrent.read(0, 2_000_000, 4_000_000);
    await stage.world.settled(reading.next(), 6_000);
    await stage.world.run(3_000);
    const have = torrent.pieces() ?? new Uint8Array();
    const at = (piece: number): boolean => ((have[piece >> 3] ?? 0) & (0x80 >> (piece & 7))) !== 0;
    const first = Math.floor(2_000_000 / 32_768);
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((step) => at(first + step))).toEqual(Array.from({ length: 8 }, () => true));
    await stage.world.settled(reading.return(), 1_000);
  });

  it("is not delayed by one slow peer: its late blocks are requested from another", async () => {
    stage = new Stage(play);
    const slow = await stage.seeder("10.0.0.1", { up: 200 });
    const fast = await stage.seeder("10.0.0.3", { up: 300_000 });
    const { torrent } = await stage.leecher("10.0.0.2", { peers: [slow.address, fast.address] });
    await stage.world.run(1_000);
    const bytes = await stage.world.settled(collect(torrent.read(0, 1_000_000, 1_300_000)), 8_000);
    expect(equalBytes(bytes, film(1_000_000, 1_300_000))).toBe(true);
  });

  it("reads the present data of a paused torrent, also in a later run, and rejects when a piece is missing", async () => {
    const { torrent, client, host } = await pair();
    await stage.world.settled(collect(torrent.read(0, 0, 100_000)), 10_000);
    await stage.world.settled(torrent.pause(), 10_000);
    expect(equalBytes(await stage.world.settled(collect(torrent.read(0, 0, 100_000)), 1_000), film(0, 100_000))).toBe(
      true,
    );
    await expect(stage.world.settled(collect(torrent.read(0, 0, 4_000_000)), 1_000)).rejects.toMatchObject({
      code: "torrent.not-active",
    });
    await stage.world.settled(client.close(), 10_000);
    const later = await stage.enter(host, {}, { paused: true });
    expect(later.torrent.isOpened).toBe(false);
    expect(
      equalBytes(
        await stage.world.settled(collect(later.torrent.read(0, 50_000, 100_000)), 1_000),
        film(50_000, 100_000),
      ),
    ).toBe(true);
    expect(later.torrent.status().doneBytes).toBeGreaterThan(100_000);
  });

  it("ends at once when it is aborted, and leaves no urgent pieces", async () => {
    const { torrent } = await pair(1_000);
    const abort = new AbortController();
    const reading = collect(torrent.read(0, 3_000_000, 4_000_000, abort.signal));
    await stage.world.run(2_000);
    abort.abort();
    await expect(stage.world.settled(reading, 100)).rejects.toMatchObject({ code: "aborted" });
  });

  it("ends when the torrent is paused while it waits", async () => {
    const { torrent } = await pair(1_000);
    const reading = collect(torrent.read(0, 3_000_000, 4_000_000));
    await stage.world.run(2_000);
    await stage.world.settled(
      Promise.all([torrent.pause(), expect(reading).rejects.toMatchObject({ code: "torrent.not-active" })]),
      10_000,
    );
  });

  it.each([
    [0, -1, 10],
    [0, 0, 4_000_001],
    [0, 5, 4],
    [9, 0, 1],
  ])("refuses file %i from %i to %i", async (file, start, end) => {
    const { torrent } = await pair();
    await expect(stage.world.settled(collect(torrent.read(file, start, end)), 1_000)).rejects.toMatchObject({
      code: "torrent.range",
    });
  });
});
