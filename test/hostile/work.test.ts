import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { scriptOf } from "../../bench/lib/flood-scripts.ts";
import type { FloodName } from "../../bench/lib/floods.ts";
import { encodeInterested, encodeRequest } from "../../src/wire/index.ts";
import { addressOf, FloodPeer } from "../support/flood-peer.ts";
import { LARGE_PIECE, Siege } from "../support/siege.ts";
import { TurnMeter, unitOfWork } from "../support/turn-meter.ts";

/**
 * CPU for the longest turn, in units of work of this machine: some 120 ms on one of 2024. What is not bounded takes
 * seconds.
 */
const MAX_TURN_UNITS = 20;
const UNIT_MS = unitOfWork();
const PIECES = 1_000_000;
const FLOOD_MS = 1_200;
const MIB = 1024 * 1024;

interface Case {
  readonly flood: FloodName;
  readonly peers: number;
  /** Bytes that each peer sends, at most: where nothing bounds the work, this ends it. */
  readonly most: number;
}

/** Peers in, their opening said, then the flood; returns the longest turn. */
async function besiege(siege: Siege, { flood, peers, most }: Case): Promise<number> {
  const { opening, ring, isFast, isDeaf } = scriptOf(flood, {
    pieces: siege.victim.pieceCount,
    pieceLength: siege.victim.pieceLength,
  });
  const attackers = await Promise.all(
    Array.from({ length: peers }, (_, index) =>
      FloodPeer.meet(siege.port, siege.infoHash, { from: addressOf(index), fast: isFast, isDeaf }),
    ),
  );
  expect(attackers.every(({ isIn }) => isIn)).toBe(true);
  for (const { socket } of attackers) if (opening.length > 0) socket.write(opening);
  // What a first word costs, such as that of a million pieces, is not the flood.
  await sleep(200);
  const meter = new TurnMeter();
  const end = performance.now() + FLOOD_MS;
  await Promise.all(attackers.map((attacker) => attacker.pour(ring, most, () => performance.now() > end)));
  await sleep(100);
  meter.stop();
  return meter.longest;
}

describe("however much hostile peers say at once, a turn of the event loop stays short, and a download completes beside", () => {
  it.each<Case>([
    { flood: "have-all", peers: 2, most: 16 * 1024 },
    { flood: "have", peers: 4, most: 16 * MIB },
    { flood: "bitfield", peers: 4, most: 32 * MIB },
    { flood: "choke", peers: 4, most: MIB },
    { flood: "extended", peers: 4, most: 128 * 1024 },
    { flood: "fast", peers: 4, most: 4 * MIB },
    { flood: "reject", peers: 4, most: 8 * MIB },
    { flood: "metadata", peers: 8, most: MIB },
  ])("$flood, a torrent of a million pieces", async (scene) => {
    const siege = await Siege.large(PIECES);
    expect(siege.victim.pieceLength).toBe(LARGE_PIECE);
    expect(await besiege(siege, scene)).toBeLessThan(MAX_TURN_UNITS * UNIT_MS);
    expect(await siege.completes()).toBe(true);
  });

  it.each<Case>([
    { flood: "interest", peers: 8, most: 4 * MIB },
    { flood: "unknown", peers: 8, most: 16 * MIB },
    { flood: "requests", peers: 8, most: 4 * MIB },
    { flood: "unread", peers: 16, most: 4 * MIB },
  ])("$flood, a torrent that is seeded", async (scene) => {
    const siege = await Siege.same({ seeding: true });
    expect(await besiege(siege, scene)).toBeLessThan(MAX_TURN_UNITS * UNIT_MS);
    // Beside a seed, the honest peer downloads from it.
    const honest = await siege.theatre.dial();
    honest.send(encodeInterested());
    await honest.until(() => honest.heardOf("unchoke").length === 1);
    honest.send(encodeRequest(1, 0, LARGE_PIECE));
    await honest.until(() => honest.heardOf("piece").length === 1);
  });
});
